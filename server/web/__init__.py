"""What every page uses: layout, forms, CSRF, message catalogue, islands, styles; it knows no slice."""
