"""Every text that the pages show, for one translator to find; knows nothing.

`{}` fields are filled by `str.format`; lines that count things come as (one, many).
"""

from __future__ import annotations

Counted = tuple[str, str]


def count(number: int, forms: Counted) -> str:
    """The form for this number, with the number in it."""
    return forms[number != 1].format(f"{number:,}")


def seconds(duration: float) -> str:
    """A duration in the unit that people read it in."""
    return SECONDS.format(duration) if duration >= 1 else MILLISECONDS.format(1000 * duration)


NAME = "Quoth"
CHAT = "Chat"
DOCUMENTS = "Documents"
MODELS = "Model and settings"
PRIVATE = "Runs on this machine. Nothing leaves it."

PAGES_N: Counted = ("{} page", "{} pages")
CHUNKS_N: Counted = ("{} chunk", "{} chunks")
DOCUMENTS_N: Counted = ("{} document", "{} documents")
FILES_N: Counted = ("{} file", "{} files")
CHARACTERS_N: Counted = ("{} character", "{} characters")
TOKENS_N: Counted = ("{} token", "{} tokens")
SECONDS = "{:.1f} s"
MILLISECONDS = "{:.0f} ms"
PAGE = "page {}"
PAGES_RANGE = "pages {}–{}"
UNEXPECTED = "Something went wrong that Quoth did not foresee; the terminal it runs in says what."

# Access
NOBODY = (
    "Nobody may use this page yet. On the machine it runs on, add someone: quoth users add NAME"
)
SIGN_IN_TITLE = "Sign in to Quoth"
SIGN_IN = "Sign in"
USER_NAME = "Name"
PASSWORD = "Password"  # noqa: S105 - a label
NOT_ADMITTED = "The name or the password is wrong."
TOO_MANY_TRIES = "Too many wrong passwords. Try again in {} s."
SIGNED_IN = "Signed in as {}"
SIGN_OUT = "Sign out"
SIGN_OUT_HELP = "This browser forgets you; your conversations stay."

# Collections
COLLECTION = "Collection"
ALL_COLLECTIONS = "All collections"

# First run
WELCOME = "Ask your own documents"
WELCOME_LEAD = (
    "Quoth answers from the files you give it. Every sentence carries the quote it stands on, "
    "and when the documents do not hold the answer, it says so."
)
WELCOME_ADD = "Add your files"
WELCOME_EXAMPLES = "No files at hand?"
WELCOME_EXAMPLES_LEAD = (
    "A small set of documents on how language models work comes with Quoth, "
    "with questions worth asking of it."
)
ADD_EXAMPLES = "Add the examples"
WELCOME_STEPS = (
    (
        "Add",
        "PDF, office files, web pages, mail, books, tables, code or text. They stay on this disk.",
    ),
    ("Ask", "In your own words, and ask on: Quoth remembers the conversation."),
    ("Check", "Each number leads to its quote; Read opens the page, with the words marked."),
)
WAITING_TITLE = "What would you like to know?"
WAITING_LEAD = "Questions are answered from {}."
TRY = "Try one of these"

# Asking
ASK = "Ask about your documents"
ASK_LABEL = "Your question"
NEW_CHAT = "New chat"
STOP = "Stop"
STOPPING = "Stopping …"
SEARCHING = "Reading the documents …"
YOU = "You"
WITHDRAWN = (
    "The first draft did not hold up against the documents, so Quoth took it back and replaced it."
)
STOPPED = "Stopped. This is what was written so far; it has not been checked against the documents."
STOPPED_EMPTY = "Stopped before the first word."
CUT_SHORT = "The answer reached its longest length and was cut. Settings has a longer one."
BUSY_ELSEWHERE = "This conversation is being answered in another tab; wait for it, or stop it."
EDIT = "Edit"
EDIT_HELP = "Asks otherwise from here on, in a conversation of its own; this one stays as it is."
EDIT_LABEL = "The question, to be asked otherwise"
EDIT_ASK = "Ask this instead"
LEAVE = "Cancel"
NOTE = "What was right or wrong with it?"

# Conversations
CONVERSATIONS = "Conversations"
SEARCH_CONVERSATIONS = "Search conversations"
NO_CONVERSATION = "No conversation has these words."
MORE_CONVERSATIONS = "{} more"
MENU = "More"
TITLE = "Title"
AS_MARKDOWN = "Export as Markdown"
AS_HTML = "Export as HTML"
AS_JSON = "Export as JSON"
EXPORT_RATINGS = "Export ratings ({})"
RATINGS_HELP = "All your ratings, in JSON lines: question, expected documents, verdict, note."
DELETE_CONVERSATION = "Delete"
DELETE_TITLE = "Delete this conversation?"
DELETE_ASK = "“{}” is deleted for good, with its questions, answers and ratings."
NOT_LASTING = "This library cannot be written: conversations last until Quoth is stopped."

# Answers
VERBATIM = "Taken word for word from the documents"
REFUSED = "Not in the documents"
CLOSEST = "The closest passages"
NOT_ENOUGH = "Not enough: {}."
UNSUPPORTED = "not supported"
UNSUPPORTED_WHY = "not supported: {}"
UNSUPPORTED_N: Counted = (
    "{} sentence is not supported by the documents.",
    "{} sentences are not supported by the documents.",
)
SOURCES = "Sources"
SOURCE_ANCHOR = "Source {}: go to the quote"
OPEN_PAGE = "Read"
CLOSE_READER = "Close"
FIRST_WORD = "first word after {}"
TOKENS_READ = "{:,} tokens read"
TOKENS_WRITTEN = "{:,} written"

# The window
WINDOW = "Context window"
WINDOW_SYSTEM = "instruction"
WINDOW_SOURCES = "sources"
WINDOW_HISTORY = "conversation"
WINDOW_QUESTION = "question"
WINDOW_ANSWER = "room for the answer"
WINDOW_FREE = "free"
WINDOW_LABEL = "{read:,} of {size:,} tokens read, {written:,} written"
PROMPT = "The exact prompt"
PROMPT_LEAD = "What the model read, message by message, before its chat template."
ROLES = {"system": "Instruction and sources", "user": "Question", "assistant": "Answer"}

# Details
DETAILS = "How this answer was made"
READ_BY_MODEL = "What the model read"
FOUND = "What the search found"
LEFT_OUT = "Left out"
STAGES = "Where the time went"
CONFIDENCE = "Estimated chance that the documents hold the answer: {:.0%}"
NOTHING_READ = "The model read no passage."
RANK, FILE, WHERE, SCORE, SIMILARITY, FOUND_BY, REASON, TOKENS = (
    "Rank",
    "File",
    "Where",
    "Score",
    "Similarity",
    "Found by",
    "Why",
    "Tokens",
)
RETRIEVERS = {"dense": "meaning #{}", "lexical": "words #{}"}
TIMINGS = {
    "search": "search",
    "pack": "choosing passages",
    "first_token": "until the first word",
    "total": "in all",
}

# Reading a document
READER = "Document"
PREVIOUS = "Previous page"
NEXT = "Next page"
PAGE_OF = "Page {} of {}"
PAGE_LABELLED = "{}, labelled {}"
VIEW = "Show the page as"
VIEW_PAGE, VIEW_TEXT = "Page", "Text"
DRAWING = "Drawing the page …"
PICTURE_OF = "Page {page} of {name} as it looks"
PICTURE_MARKED = "{}; highlighted: {}"
PICTURE_FRAME = "The page, to be scrolled"
NO_PICTURE = "The page can't be shown as it looks: {}. This is its text."
NO_PICTURE_OF_THESE = (
    "Only the pages of PDFs and pictures are shown as they look. This is the text that Quoth read."
)
NO_BOXES = "Where the quote stands on the page could not be found; the text view marks it."
PAGE_BEFORE = "The page before the quote"
PAGE_CUT = "Only part of this page is shown."
PAGE_EMPTY = "This page has no text."

# Documents
UPLOAD = "Add documents"
UPLOAD_HELP = (
    "PDF, Office and OpenDocument files, web pages, mail, books, tables, notebooks, subtitles, code, "
    "text, and ZIP or TAR archives of these."
)
UPLOAD_INTO = "Into the collection"
UPLOAD_INTO_HELP = "Choose one, or type a new name."
INGEST = "Add to the library"
INGESTING = "{done} of {total} files"
INGEST_STARTING = "Getting ready …"
INGEST_DETAIL = "{pages} · {chunks} · {seconds:.0f} s"
INGEST_CURRENT = "Reading {}"
TIME_LEFT = "about {:.0f} s left"
CANCEL = "Cancel"
CANCELLED = "Cancelled. Files that were finished are in the library."
DISMISS = "Clear this list"
STATUS = {
    "added": "added",
    "unchanged": "unchanged",
    "replaced": "replaced",
    "failed": "failed",
}
SKIPPED = "Left out, because Quoth has no reader for them: {}."
SKIPPED_SUFFIX = "{} × {}"
NO_SUFFIX = "no suffix"
LIBRARY = "In the library"
# How the pages of a document were read, as `quoth info DOCUMENT` tells it.
COVERAGE: dict[str, Counted] = {
    "read": ("{} page read", "{} pages read"),
    "ocr": ("{} page by OCR", "{} pages by OCR"),
    "empty": ("{} page empty", "{} pages empty"),
    "unread": ("{} page failed", "{} pages failed"),
}
FORMATS = {
    "application/epub+zip": "EPUB",
    "application/json": "JSON",
    "application/mbox": "Mailbox",
    "application/pdf": "PDF",
    "application/rtf": "RTF",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.ms-outlook": "Outlook message",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument slides",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument sheets",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/x-ipynb+json": "Notebook",
    "application/x-subrip": "Subtitles",
    "image/bmp": "Picture",
    "image/jpeg": "Picture",
    "image/png": "Picture",
    "image/tiff": "Picture",
    "image/webp": "Picture",
    "message/rfc822": "E-mail",
    "multipart/related": "Saved web page",
    "text/asciidoc": "AsciiDoc",
    "text/csv": "CSV",
    "text/html": "Web page",
    "text/markdown": "Markdown",
    "text/plain": "Text",
    "text/tab-separated-values": "TSV",
    "text/vtt": "Subtitles",
    "text/x-rst": "reStructuredText",
    "text/x-source": "Source code",
    "text/x-tex": "LaTeX",
}
FILTER = "Filter by name or title"
NO_MATCH = "No document matches."
NO_DOCUMENTS = "No documents yet."
PART = "Page of the list"
PART_OF = "{} of {}"
OPEN = "Read"
REMOVE = "Remove"
REMOVE_NAMED = "Remove {}"
OPEN_NAMED = "Read {}"
REMOVE_TITLE = "Remove this document?"
REMOVE_ASK = "{} is taken out of the library, and Quoth stops answering from it."
REMOVE_COPY = "The copy that was uploaded is deleted; files of your own are not touched."
KEEP = "Keep it"
REMOVED = "{} was removed."

# Model and settings
RUNNING = "What runs"
PROCESS = "process"
MEMORY = "memory in use"
MEGABYTES = "{:,.0f} MB"
RUNNING_LEAD = "Models are loaded at the first question, once for all who use this page."
SETTINGS = "How answers are written"
SETTINGS_LEAD = "For your questions in this browser tab, from the next one on."
PRESET = "Presets"
PRESETS_HELP = "A preset sets everything below except the longest answer."
YES, NO, NONE = "yes", "no", "–"
FEW_SHOT = "The system prompt and worked examples are set in quoth.toml."
RESET = "Back to the configuration"
REFUSAL = "When the documents may not hold the answer"
REFUSAL_NAMES = {
    "silent": "Rather silent",
    "balanced": "Balanced",
    "talkative": "Rather talkative",
    "never": "Always answer",
}
REFUSAL_HELP = (
    "Silent refuses more questions that it could answer; talkative answers more in error."
)
SETTING_LABELS = {
    "temperature": "Temperature",
    "top_k": "Top-k",
    "top_p": "Top-p",
    "min_p": "Min-p",
    "repeat_penalty": "Repeat penalty",
    "seed": "Seed",
    "max_new_tokens": "Longest answer, in tokens",
}
SETTING_HELP = {
    "temperature": "At 0 the likeliest word always wins; higher lets less likely words in.",
    "top_k": "Chooses among this many likeliest words only; 0 means all of them.",
    "top_p": "Chooses among the likeliest words that together make up this probability.",
    "min_p": "Drops words less likely than this share of the likeliest one.",
    "repeat_penalty": "Above 1 it discourages words already written; 1 switches it off.",
    "seed": "The same seed gives the same answer again when the temperature is above 0.",
    "max_new_tokens": "This room is kept free in the window; longer answers leave less for sources.",
}
PRESET_NAMES = {"precise": "Precise", "balanced": "Balanced", "creative": "Creative"}
