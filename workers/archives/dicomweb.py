"""DICOMweb (PS3.18): STOW-RS to store, QIDO-RS to ask. Retrying is the sending's, never the library's."""

import io
from typing import Any, cast

import pydicom
import requests
from dicomweb_client import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass
from requests.adapters import HTTPAdapter

from server.settings import Dicomweb
from workers.archives.port import OPERATION_S, Deferred, Instance, Interrupted, Refused

# 401 and 403 are the settings' fault, 404 a wrong root: a person mends them, and the sending goes on.
_MENDABLE = frozenset({401, 403, 404, 408, 409, 425, 429})
_NOT_TAKEN = 400
_SERVER_FAULT = 500


class _Bounded(HTTPAdapter):
    """`requests` waits for ever unless each request says otherwise."""

    def send(self, request: Any, **options: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        return cast("Any", super()).send(request, **{**options, "timeout": OPERATION_S})


class DicomwebArchive:
    def __init__(self, settings: Dicomweb) -> None:
        session = create_session_from_user_pass(settings.username, settings.password)
        session.trust_env = False  # no proxy or .netrc of the machine's sees a patient's photograph
        session.mount("http://", _Bounded())
        session.mount("https://", _Bounded())
        if settings.ca_file is not None:
            session.verify = str(settings.ca_file)
        self._client: Any = DICOMwebClient(url=settings.url, session=session)
        self._client.set_http_retry_params(retry=False)

    def has(self, instance: Instance) -> bool:
        try:
            found = self._client.search_for_instances(
                study_instance_uid=instance.study_uid, search_filters={"SOPInstanceUID": instance.sop_uid}
            )
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code == 404:
                return False  # some archives know no search in a study that they have not
            raise Deferred(f"http-{_status(error)}") from error
        except (requests.RequestException, ValueError) as error:
            raise Deferred("archive-unreachable") from error
        return any(_uid(each) == instance.sop_uid for each in found)

    def store(self, instance: Instance) -> None:
        try:
            answer = self._client.store_instances([cast("Any", pydicom).dcmread(io.BytesIO(instance.content))])
        except requests.HTTPError as error:
            raise _judge(_status(error)) from error
        except requests.ConnectTimeout as error:
            raise Deferred("archive-unreachable") from error
        except requests.ConnectionError as error:
            raise _judge_connection(error) from error
        except (requests.RequestException, ValueError) as error:
            raise Interrupted("connection-lost") from error
        stored = {str(each.ReferencedSOPInstanceUID) for each in answer.get("ReferencedSOPSequence", [])}
        if instance.sop_uid not in stored:
            raise Refused("not-stored")


def _judge(status: int) -> Exception:
    if status >= _SERVER_FAULT:
        return Interrupted(f"http-{status}")  # it may have failed behind the storing
    return Deferred(f"http-{status}") if status in _MENDABLE else Refused(f"http-{status}")


def _judge_connection(error: requests.ConnectionError) -> Exception:
    """A connection that was never made took nothing."""
    was_never_made = "NewConnectionError" in repr(error) or "SSLError" in type(error).__name__
    return Deferred("archive-unreachable") if was_never_made else Interrupted("connection-lost")


def _status(error: requests.HTTPError) -> int:
    return _NOT_TAKEN if error.response is None else error.response.status_code


def _uid(found: Any) -> str:
    values = found.get("00080018", {}).get("Value", [""])
    return str(values[0])
