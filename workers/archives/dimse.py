"""C-STORE to store and C-FIND to ask (PS3.7, 9.1.1 and 9.1.2), over TLS where the settings name certificates."""

import io
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import pydicom
from pydicom import Dataset
from pydicom.uid import JPEGBaseline8Bit
from pynetdicom import sop_class
from pynetdicom.ae import ApplicationEntity

from server.settings import DicomTls, Dimse
from workers.archives.port import OPERATION_S, Deferred, Instance, Interrupted, Refused

_FIND: Any = getattr(sop_class, "StudyRootQueryRetrieveInformationModelFind")  # noqa: B009  made at run time
CONNECT_S = 15.0
_SUCCESS, _PENDING = 0x0000, frozenset({0xFF00, 0xFF01})
# PS3.4, B.2.3: out of resources may pass; a warning has stored the object; anything else never will.
_OUT_OF_RESOURCES, _WARNINGS = 0xA7, frozenset({0xB000, 0xB006, 0xB007, 0x0001, 0x0107, 0x0116})


class DimseArchive:
    def __init__(self, settings: Dimse) -> None:
        self._settings = settings

    def has(self, instance: Instance) -> bool:
        query = Dataset()
        query.QueryRetrieveLevel = "IMAGE"
        query.StudyInstanceUID, query.SeriesInstanceUID = instance.study_uid, instance.series_uid
        query.SOPInstanceUID = instance.sop_uid
        is_found = False
        with self._association(_FIND, None) as association:
            for status, found in association.send_c_find(query, _FIND):
                code = getattr(status, "Status", None)
                if code not in {_SUCCESS, *_PENDING}:
                    raise Deferred("archive-not-asked")
                is_found |= found is not None and str(found.get("SOPInstanceUID", "")) == instance.sop_uid
        return is_found

    def store(self, instance: Instance) -> None:
        with self._association(instance.sop_class_uid, JPEGBaseline8Bit) as association:
            status = getattr(
                association.send_c_store(cast("Any", pydicom).dcmread(io.BytesIO(instance.content))), "Status", None
            )
        if status is None:
            raise Interrupted("connection-lost")
        if status == _SUCCESS or status in _WARNINGS:
            return
        code = f"dimse-{status:04x}"
        raise Deferred(code) if status >> 8 == _OUT_OF_RESOURCES else Refused(code)

    @contextmanager
    def _association(self, wanted: Any, syntax: Any) -> Generator[Any]:
        entity = ApplicationEntity(ae_title=self._settings.calling_title)
        entity.acse_timeout = entity.connection_timeout = CONNECT_S
        entity.dimse_timeout = entity.network_timeout = OPERATION_S
        entity.add_requested_context(wanted, *([syntax] if syntax else []))
        tls = self._settings.tls
        association: Any = entity.associate(
            self._settings.host,
            self._settings.port,
            ae_title=self._settings.called_title,
            bind_address=(self._settings.local_address, 0) if self._settings.local_address else None,
            tls_args=(_tls_context(tls), self._settings.host) if tls else None,
        )
        try:
            if association.is_rejected:
                raise Deferred("association-rejected")
            if not association.is_established:
                raise Deferred("archive-unreachable")
            if not association.accepted_contexts:
                raise Deferred("syntax-not-accepted")
            yield association
        finally:
            if association.is_established:
                association.release()


def _tls_context(tls: DicomTls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(tls.ca_file))
    context.load_cert_chain(str(tls.certificate_file), str(tls.key_file))
    return context
