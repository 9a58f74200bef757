"""Uploads cut off at a bound: what comes behind it is read off the wire and dropped, so nobody fills the disk.

A form that allows less says so itself; a file that reaches it cut off is larger than any form allows.
"""

from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 21 * 2**20


class BoundedUploadHandler(FileUploadHandler):
    """First of the handlers: passes each file on until it reaches the bound."""

    def new_file(self, *arguments, **options):
        super().new_file(*arguments, **options)
        self.passed = 0

    def receive_data_chunk(self, raw_data, start):
        self.passed += len(raw_data)
        return raw_data if self.passed <= MOST_BYTES else None

    def file_complete(self, file_size):
        return None
