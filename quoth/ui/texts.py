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
MAP = "Map"
PRIVATE = "Runs on this machine. Nothing leaves it."

PAGES_N: Counted = ("{} page", "{} pages")
CHUNKS_N: Counted = ("{} chunk", "{} chunks")
DOCUMENTS_N: Counted = ("{} document", "{} documents")
CHARACTERS_N: Counted = ("{} character", "{} characters")
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
SIGN_IN_FIRST = "Sign in before you send files."
NOT_LISTENING = "This page is for the machine it runs on; start it with: quoth ui --listen ADDRESS"
NO_ROOM_IN_MEMORY = (
    "The memory of this machine has no room for the file now; add it with: quoth ingest FILE"
)
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
NEW_CHAT = "New chat"
STOP = "Stop"
STOPPING = "Stopping …"
SEARCHING = "Reading the documents …"
WAITING_N: Counted = (
    "{} answer is written before yours …",
    "{} answers are written before yours …",
)
WITHDRAWN = (
    "The first draft did not hold up against the documents, so Quoth took it back and replaced it."
)
STOPPED = "Stopped. This is what was written so far."
STOPPED_UNCHECKED = (
    "Stopped. This is what was written so far; it has not been checked against the documents."
)
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
SOURCES = "Sources"
ALSO_IN = "Also in {}"
SOURCE_ANCHOR = "Source {}: open the quote"
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
VIEW_PAGE, VIEW_CHUNKS, VIEW_TEXT = "Page", "Chunks", "Text"
DRAWING = "Drawing the page …"
PICTURE_OF = "Page {page} of {name} as it looks"
PICTURE_MARKED = "{}; highlighted: {}"
PICTURE_CHUNKS = "{}, with its {} chunks tinted in turn"
CHUNK_NAMED = "Chunk {}: {}"
CHUNK_SIZE = "{tokens:,} tokens, {characters:,} characters"
CHUNKS_OVER: Counted = (
    "{} of them goes on over the edge of this page.",
    "{} of them go on over the edges of this page.",
)
PICTURE_FRAME = "The page, to be scrolled"
NO_PICTURE = "The page can't be shown as it looks: {}. This is its text."
NO_PICTURE_OF_THESE = (
    "Pages of this format are not shown as they look. This is the text that Quoth read."
)
NO_BOXES = "Where the quote stands on the page could not be found; the text view marks it."
PAGE_BEFORE = "The page before the quote"
PAGE_CUT = "Only part of this page is shown."
PAGE_EMPTY = "This page has no text."

# Documents
UPLOAD = "Add documents"
UPLOAD_LEAD = (
    "Drop files or whole folders here, or choose them: PDF, Office and OpenDocument files, web pages, "
    "mail, books, tables, notebooks, subtitles, code, text, and ZIP or TAR archives of these."
)
UPLOAD_WHAT = "What to add"
UPLOAD_FILES, UPLOAD_FOLDER = "Files", "A whole folder"
UPLOAD_INTO = "Into the collection"
UPLOAD_INTO_HELP = "Choose one, or type a new name."
INGEST = "Add to the library"
INGESTING = "{done} of {total} files"
INGEST_STARTING = "Getting ready …"
INGEST_DETAIL = "{pages} · {chunks} · {seconds:.0f} s"
INGEST_EMBEDDED = "{:,} of {:,} chunks embedded"
TIME_LEFT = "about {:.0f} s left"
UPLOAD_PASSWORD = "Password of the encrypted files"  # noqa: S105 - a label
LOCKED = "is encrypted; type its password above, and add it again"
CANCEL = "Cancel"
CANCELLED = "Cancelled. Files that were finished are in the library."
DISMISS = "Clear this list"
STATUS = {
    "added": "added",
    "unchanged": "unchanged",
    "replaced": "replaced",
    "failed": "failed",
    "reading": "reading",
    "embedding": "embedding",
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
FILTER = "Filter by name, title, tag or format"
ORDER = "Order"
BY_NAME, BY_DATE, BY_SIZE = "By name", "Latest first", "Longest first"
EDIT_NAMED = "Tags of {}, and reading it again"
EDIT_DOCUMENT = "Edit this document"
TAGS = "Tags"
TAGS_HELP = "Your own words for it. Choose some, or type a new one and press Enter."
SAVE = "Save"
READ_AGAIN = "Read again"
READ_AGAIN_HELP = "Reads the file anew, as Quoth and its settings are now. The tags stay."
COLLECTIONS = "Collections"
COLLECTIONS_LEAD = "Questions can be asked of one collection, or of all of them."
NEW_COLLECTION = "A new collection"
MAKE_COLLECTION = "Make it"
RENAME = "Rename"
RENAME_NAMED = "Rename {}"
RENAME_COLLECTION = "Rename this collection"
NEW_NAME = "Its new name"
DELETE = "Delete"
DELETE_NAMED = "Delete {}"
DELETE_COLLECTION = "Delete this collection?"
DELETE_COLLECTION_ASK = "{} is deleted with {}, and Quoth stops answering from them."
NO_MATCH = "No document matches."
NO_DOCUMENTS = "No documents yet."
PART_OF = "Page of the list, of {}"
OPEN = "Read"
REMOVE = "Remove"
REMOVE_NAMED = "Remove {}"
OPEN_NAMED = "Read {}"
REMOVE_TITLE = "Remove this document?"
REMOVE_ASK = "{} is taken out of the library, and Quoth stops answering from it."
REMOVE_COPY = "The copy that was uploaded is deleted; files of your own are not touched."
KEEP = "Keep it"
REMOVED = "{} was removed."

# Map
MAP_LEAD = (
    "The passages of the library as a picture: those that speak of like things lie together. "
    "Hover to read, click to open, drag to move, Ctrl and the wheel to zoom."
)
MAP_QUESTION = "Show a question on the map"
MAP_QUESTION_MARK = "?"
MAP_COLOURS = "Coloured by"
MAP_BY_CLUSTER, MAP_BY_DOCUMENT = "Topic", "Document"
MAP_PASSAGE, MAP_PASSAGES = "Passage", "Passages"
MAP_PASSAGES_N: Counted = ("{} passage", "{} passages")
MAP_SAMPLE = "{} of {}, chosen evenly"
MAP_METHODS = {
    "principal components": "Laid out along the two directions in which they differ most.",
    "neighbours": "Laid out so that like passages are neighbours; distances across the map say little.",
}
MAP_LAYING_OUT = "Finding topics and a better layout. This happens once; you can go on meanwhile."
MAP_OTHERS: Counted = ("{} other document", "{} other documents")
MAP_MORE: Counted = ("{} more", "{} more")
MAP_NO_WORDS = "no words of its own"
MAP_GROUP = "{} ({:,})"
MAP_ALT = "Map of {}. Colours: {}. The same in words follows below."
MAP_PICKED = "Chosen on the map"
MAP_HITS = "What the question finds"
MAP_HITS_LEAD = "The cross on the map is the question; the rings are these passages."
MAP_CLUSTERS = "Topics"
MAP_CLUSTERS_LEAD = "Groups of like passages, named by the words that tell them from the others."
MAP_WORDS = "Telling words"
MAP_READ_CLUSTER = "Read a topic"
MAP_CHOOSE_CLUSTER = "Choose a topic to see its passages"

# Inside an answer
INSIDE = "Inside an answer"
INSIDE_OPEN = "Look inside"
INSIDE_LEAD = "What the answer stands on, and what the model made of each word."
INSIDE_NONE = "Ask a question in the chat first; then look inside its answer here."
INSIDE_WHICH = "Answer to"
INSIDE_TABS = ("Sentences and sources", "Word by word")
INSIDE_COMPARING = "Comparing sentences …"
INSIDE_BY = "Compare by"
INSIDE_SUPPORT = "Support"
INSIDE_SUPPORT_LEAD = (
    "The estimated chance that a source sentence, alone, carries a sentence of the answer. Numbers, "
    "names and negations are checked besides, and neighbours are read together."
)
INSIDE_SIMILARITY_LEAD = "The cosine between the two sentences' embeddings: nearness in meaning."
INSIDE_SOURCE = "What the model read"
PERCENT, PERCENT_FINE = "{:.0%}", "{:.2%}"
WORDS_LEAD = (
    "A model writes one token after the other: a word, or a part of one. Before each it gives every "
    "token it knows a probability, and the settings decide how one is drawn."
)
WORDS_NOT_ITS_OWN = (
    "These words are not the model's own. What is shown is what it would have expected at each."
)
WORDS_EXAMINE = "Let the model read the answer again"
WORDS_READING = "The model is reading the question, its sources and the answer …"
WORDS_WHICH = "Token"
WORDS_WRITTEN = "Written here: “{}”, which the model gave {:.1%}."
WORDS_END = "The answer ends here; this is what the model would write next."
WORDS_DRAWN: Counted = (
    "With these settings {} token can be drawn.",
    "With these settings {} tokens can be drawn.",
)
WORDS_COLD = "At temperature 0 the likeliest token always wins; raise it to see top-k, top-p and min-p at work."
WORDS_ALT = "Bars: probability and chance of the likeliest tokens. The table below has the figures."
WORDS_TABLE = "The figures"
STEP = "Token"
STEP_TITLE = "Token {}: {:.1%}"
STEP_EMPTY = "(nothing)"
STEP_OTHERS = "all others"
STEP_WRITTEN = "{} (written)"
STEP_KIND = "What"
STEP_SHARE = "Share"
STEP_PROBABILITY = "The model's probability"
STEP_CHANCE = "Chance with the settings"

# Model and settings
RUNNING = "What runs"
PROCESS = "process"
MEMORY = "memory in use"
MEGABYTES = "{:,.0f} MB"
RUNNING_LEAD = "Models are loaded at the first question, once for all who use this page."
SETTINGS = "How answers are written"
SETTINGS_LEAD = "For your questions in this browser tab, from the next one on."
YES, NO, NONE = "yes", "no", "–"
MODEL_TABS = ("Answers", "Models", "What runs")
INSTRUCTION = "Instruction"
INSTRUCTION_OWN = "Quoth's own: answer from the sources alone, in one or two short sentences"
INSTRUCTION_HELP = "What the model is told before the sources. Empty: Quoth's own instruction."
EXAMPLES = "Worked examples"
EXAMPLES_LEAD = (
    "Questions with answers as you want them, shown to the model before yours. They show the form; "
    "each takes room in the window."
)
EXAMPLE_QUESTION = "Question of example {}"
EXAMPLE_ANSWER = "Answer of example {}"
EXAMPLE_ADD = "Add an example"
EXAMPLE_REMOVE = "Remove example {}"
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
PRESET_HELP = {
    "precise": "Always the likeliest word: the same answer each time.",
    "balanced": "A little variety among the likely words.",
    "creative": "Unlikely words come in: more varied, and more often wrong.",
}
PRESET_NAMES = {"precise": "Precise", "balanced": "Balanced", "creative": "Creative"}

# Models to compare
MODEL = "Model"
MODEL_STATE = "State"
MODEL_RUNNING = "running"
MODEL_HERE = "on this machine"
MODEL_EMBEDDED = "{} (embedded)"
MODEL_QUANTIZATION = "Format"
MODEL_NEEDS = "Memory"
MODEL_TOO_LARGE = "more than is free"
MODELS_COMPARED = "Compare"
MODELS_LEAD = (
    "Models on this machine, and those that Quoth knows on the hub. Heads are those that ask, and "
    "those that keep keys and values; memory is that of a window of 4,096 tokens."
)
METRICS = {
    "parameters": "Parameters",
    "layers": "Layers",
    "width": "Width",
    "heads": "Heads",
    "vocabulary": "Vocabulary",
    "context": "Context",
    "n_bytes": "Size",
}
METRIC_UNITS = {
    "parameters": "Parameters, in millions",
    "layers": "Layers",
    "width": "Numbers in an embedding",
    "heads": "Heads of attention",
    "vocabulary": "Tokens in the vocabulary",
    "context": "Tokens of context that it was trained on",
    "n_bytes": "Size of the file, in MB",
}
METRIC_HELP = {
    "parameters": "How many numbers were learned. More know more, and take longer for each word.",
    "layers": "How many blocks a word passes through, one after the other.",
    "width": "How many numbers stand for a word between two layers.",
    "heads": "In how many ways a layer looks back at once. Heads that share keys and values save memory.",
    "vocabulary": "How many pieces of text it knows. More make texts shorter, and the file larger.",
    "context": "How much it was trained to read at once.",
    "n_bytes": "What it takes on the disk, and at least in memory.",
}
MILLIONS, BILLIONS = "{:.0f}\u00a0M", "{:.1f}\u00a0B"
GIB = "{:.1f}\u00a0GiB"
GIGABYTES = "{:.2f}\u00a0GB"
FIGURES = "In figures"
METRIC = "Compare by"
MEMORY_CHART = "Memory against the length of the window"
MEMORY_CHART_LEAD = (
    "Weights take the same room always; what is kept of each token read (the KV cache) and the "
    "buffers grow with the window. Upper bounds, for a CPU."
)
MEMORY_SHOWN = "Models in the picture"
MEMORY_FREE, MEMORY_ALL = "free now", "all memory of this machine"
MEMORY_AXIS = "Memory, in GiB"
MEMORY_WEIGHTS, MEMORY_CACHE = "of it weights", "of it KV cache"
CONTEXT_AXIS = "Window, in tokens"
SIZE_CHART = "Size by format"
SIZE_CHART_LEAD = (
    "The same model with fewer bits for each weight is smaller and faster, and, below 4 bits, "
    "plainly worse. Estimates, but for the file that is meant."
)
SIZE_OF = "Model"
SIZE_AXIS = "Size, in GB"
CHART_METRIC_ALT = "Bars: {} of each model. The table above has the figures."
CHART_MEMORY_ALT = (
    "Lines: memory of each model against its window. At 4,096 tokens: {}. Free now: {}."
)
CHART_SIZE_ALT = "Bars: size of {} by format. {}."
SWITCH = "Run another model"
SWITCH_LEAD = (
    "For all who use this page, until Quoth ends. To keep it, set model.path in quoth.toml to "
    "its name."
)
SWITCH_TO = "Model to run"
SWITCH_DO = "Run it"
SWITCHING = "Loading {}, once the answers that are being written are finished …"
SWITCHED = "{} runs now."
PULL = "Download a model"
PULL_LEAD = (
    "Nothing is fetched until you press Download. A download is checked against its digest; one "
    "that is stopped goes on where it ended."
)
PULL_WHICH = "Model to download"
PULL_OTHER = "Another file of the hub"
PULL_OTHER_NAME = "Name it: owner/repository/file.gguf"
PULL_DO = "Download"
PULL_OPTION = "{} · {} · {}"
IMPORT = "Add a model of your own"
IMPORT_LEAD = "A GGUF file is copied into the folder of models, and checked before."
IMPORT_PATH = "Where the file is on this machine"
IMPORT_FILE = "Or upload it"
IMPORT_DO = "Add it"
IMPORTING = "Copying …"
MODEL_REMOVE = "Remove a model"
MODEL_REMOVE_LEAD = "The one that runs is not among these."
MODEL_TO_REMOVE = "Model to remove"
MODEL_REMOVE_DO = "Remove it"
MODEL_REMOVE_TITLE = "Remove this model?"
MODEL_REMOVE_ASK = "{} is deleted from this machine, {}."
MODEL_REMOVE_NOTE = "A model of the catalogue can be downloaded again; a file of your own can't."
MODEL_REMOVED = "{} was removed."
PULL_STARTING = "Asking the hub …"
PULL_DONE = "{} is on this machine now."
PULL_CHECKING = "Checking {} …"
PULL_PROGRESS = "{done:,.0f} of {total:,.0f} MB of {name} · {speed:.1f} MB/s"
PULL_LEFT = " · about {} left"
MINUTES = "{:.0f} min"
