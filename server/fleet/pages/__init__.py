"""The fleet's pages, for administrators."""
