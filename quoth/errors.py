"""Every error Quoth raises on purpose; this module knows nothing else of ours.

QuothError
├── ConfigError                 an unknown key, a value of the wrong kind
├── FilterError                 a filter on documents is not understood
├── MissingDependencyError      a package is not installed; the text is the pip line
├── LibraryError                something about the library folder
│   ├── NotALibraryError        the folder is not a Quoth library, or is from a newer version
│   ├── OldFormatError          from an older version, and cannot be converted where it lies
│   ├── CorruptLibraryError     SQLite says that the file is damaged
│   ├── LibraryLockedError      another process is writing
│   ├── EmbedderMismatchError   built with another embedder than the one configured
│   ├── UnknownDocumentError    no document, or no collection, by that name
│   ├── UnknownConversationError no conversation or turn by that name, or it is someone else's
│   ├── InvalidNameError        a name that is taken, or that nothing can have
│   └── StorageFullError        the disk is full or the folder cannot be written
├── ReadError                   one file cannot be read; the others of the run go on
│   ├── MissingFileError        no such file or folder, or no permission
│   ├── UnavailableFolderError  a folder to mirror is missing, unreadable, or suddenly empty
│   ├── UnsupportedFileError    no reader for it, or its content is not what its suffix says
│   ├── EncryptedFileError      a password is needed
│   ├── NoTextError             there is nothing to read in it: empty, or scanned
│   ├── DamagedFileError        its format is broken
│   └── LimitError              larger, longer or slower than the configured limits
├── ModelError                  something about the language model or the embedder
│   ├── ModelNotFoundError      no such file or name
│   ├── ModelLoadError          not a GGUF file, damaged, or too large for the memory
│   ├── DownloadError           a hub refuses a model, breaks off, or sends something else
│   └── EndpointError           a model server cannot be reached, refuses, or breaks off
├── TuningError                 questions to tune by cannot be used
├── AccessError                 a password that is too short, a stranger, or nobody to let in
├── QuestionTooLongError        the question alone does not fit into the window
└── PortInUseError              another program listens where the page should

The text of each says what happened, to what, and what to do next, in one line.
"""

from __future__ import annotations


class QuothError(Exception):
    """The root: catching it catches everything Quoth raises on purpose."""


class ConfigError(QuothError):
    """The configuration has an unknown key or a value of the wrong kind."""


class FilterError(QuothError):
    """A filter on documents is not understood."""


class MissingDependencyError(QuothError):
    """A package is not installed."""

    def __init__(self, package: str, pip: str) -> None:
        super().__init__(f"{package} is not installed; run: {pip}")


class LibraryError(QuothError):
    """Something about the library folder."""


class NotALibraryError(LibraryError):
    """The folder is not a Quoth library, or it is from a newer Quoth."""


class OldFormatError(LibraryError):
    """The library is from an older Quoth and cannot be converted where it lies."""


class CorruptLibraryError(LibraryError):
    """The library's SQLite file is damaged."""


class LibraryLockedError(LibraryError):
    """Another process is writing to the library."""


class EmbedderMismatchError(LibraryError):
    """The library was built with another embedder than the one configured."""


class UnknownDocumentError(LibraryError):
    """No document or collection goes by that name."""


class UnknownConversationError(LibraryError):
    """There is no such conversation or turn, or it is someone else's."""


class InvalidNameError(LibraryError):
    """The name is taken, or is none that a collection or a tag can have."""


class StorageFullError(LibraryError):
    """The disk is full, or the folder cannot be written."""


class ReadError(QuothError):
    """One file cannot be read."""


class MissingFileError(ReadError):
    """There is no such file or folder, or no permission to read it."""


class UnavailableFolderError(ReadError):
    """A folder to mirror is missing, unreadable, or empty though documents came from it."""


class UnsupportedFileError(ReadError):
    """No reader takes the file, or its content is not what its suffix says."""


class EncryptedFileError(ReadError):
    """The file needs a password."""


class NoTextError(ReadError):
    """The file holds nothing to read: it is empty, or a scan without a text layer."""


class DamagedFileError(ReadError):
    """The file's format is broken."""


class LimitError(ReadError):
    """The file is larger, longer or slower to read than the configured limits."""


class ModelError(QuothError):
    """Something about the language model or the embedder."""


class ModelNotFoundError(ModelError):
    """There is no such model file or name."""


class ModelLoadError(ModelError):
    """The file is not a GGUF model, is damaged, or needs more memory than there is."""


class DownloadError(ModelError):
    """A hub refuses a model, the download breaks off, or it is not what was announced."""


class EndpointError(ModelError):
    """A model server cannot be reached, refuses, or breaks off."""


class AccessError(QuothError):
    """A password is too short, or nobody by that name may use the page."""


class QuestionTooLongError(QuothError):
    """The question alone does not fit into the model's window."""


class TuningError(QuothError):
    """Questions to tune by cannot be used, or none can be made."""


class PortInUseError(QuothError):
    """Another program listens on the port."""
