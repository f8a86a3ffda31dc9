"""Words by which an idea tells what it is about, and of what it already speaks."""

import re


def _any_of(*words: str) -> re.Pattern[str]:
    """Match any of `words` as a whole word, or in the plural."""
    return re.compile(rf"\b(?:{'|'.join(words)})(?:e?s)?\b", re.IGNORECASE)


JEWELRY = _any_of(
    "ring", "signet", "solitaire", "necklace", "pendant", "locket", "choker", "earring", "stud earring", "bracelet",
    "bangle", "cuff", "brooch", "tiara", "diadem", "cufflink", "anklet", "jewel", "jewell?ery", "jewell?ed",
    "gemstone", "amulet", "medallion", "engagement band", "wedding band", "hatpin",
)  # fmt: skip

OTHER_RINGS = _any_of(
    "boxing ring", "circus ring", "ring road", "tree ring", "onion ring", "ring binder", "key ring",
    "rings? of fire", "saturn", "planet",
)  # fmt: skip

# A piece is what an idea is about when it is named before any of these: "a dragon guarding jewels" is about a dragon.
WHAT_IS_ABOUT_ENDS = re.compile(
    r"\b(?:of|with|in|on|at|from|for|by|to|under|over|near|beside|among|that|which|who|and|(?!(?:\w*ring|\w*dding)\b)\w{2,}ing)\b"
    r"|[,.;:(]",
    re.IGNORECASE,
)
LEADS_TO_WHAT_IT_IS_ABOUT = re.compile(
    r"^.{0,60}?\b(?:photo\w*|picture|image|pair|set|stack|collection|close[- ]?up|drawing|painting|render\w*|shot|view|"
    r"still life|sketch|study|illustration|watercolou?r|macro) of\b",
    re.IGNORECASE,
)

PEOPLE = _any_of(
    "man", "men", "woman", "women", "girl", "boy", "child", "children", "people", "person", "bride", "groom",
    "model", "lady", "couple", "portrait", "face", "hand", "finger", "neck", "ear", "wrist", "hair", "queen",
    "king", "princess", "prince", "dancer", "goldsmith", "jeweller", "jeweler", "worn", "wearing", "she", "he",
)  # fmt: skip

_PLACES = (
    "sea", "ocean", "beach", "coast", "shore", "island", "lake", "river", "waterfall", "mountain", "hill", "valley",
    "cliff", "canyon", "desert", "dune", "forest", "wood", "meadow", "field", "garden", "park", "village", "city",
    "town", "street", "harbou?r", "skyline", "bridge", "sky", "landscape", "seascape", "cityscape", "glacier",
    "volcano", "farm", "vineyard", "road", "lighthouse", "ruin", "castle",
)  # fmt: skip
OUTDOORS = _any_of(*_PLACES)

NAMES_SETTING = _any_of(
    "on", "in", "at", "under", "over", "beside", "against", "among", "amongst", "inside", "near", "before",
    "behind", "upon", "within", "amid", "above", "below", "beneath", "between", "around", "underwater",
    "background", "backdrop", "floating", *_PLACES,
)  # fmt: skip

NAMES_LIGHT = _any_of(
    "light", "lighting", "lit", r"\w*light", "backlit", "sun", "sunny", "sunset", "sunrise", "sundown", "dawn",
    "dusk", "night", "midnight", "twilight", "moon", "candle", "lantern", "lamp", "neon", "golden hour",
    "blue hour", "shadow", "silhouette", "dark", "darkness", "bright", "glow", "glowing", "noon", "midday",
    "morning", "afternoon", "evening", "day", "storm", "stormy", "fog", "foggy", "mist", "misty", "rain", "rainy",
    "snow", "snowy", "overcast", "cloudy", "star", "starry", "aurora", "fire", "lightning", "underwater",
    "low[- ]key", "high[- ]key", "chiaroscuro", "softbox",
)  # fmt: skip

NAMES_DRAWING = _any_of(
    r"paint(?:ing|ed|erly)?", r"watercolou?r", "gouache", "oil on canvas", r"draw(?:ing|n)?", r"sketch(?:ed)?",
    "pencil", "charcoal", "pastel drawing", r"illustrat(?:ion|ed)", "engraving of", "etching", "linocut", "woodcut",
    "lithograph", "fresco", "mosaic", "collage", r"render(?:ing|ed)?", "3d", "cgi", "anime", "manga", "cartoon",
    "comic", "pixel art", "vector", "logo", "icon", "poster", "blueprint", "diagram", "sculpture", "embroidery",
    "origami", "low[- ]poly", "impressionist", "cubist", "stained glass", "in the style of", "art nouveau poster",
    "ukiyo-e", "claymation",
)  # fmt: skip
NAMES_PHOTOGRAPH = _any_of(
    "photo", "photograph", r"photographic", r"photorealistic", "photography", "snapshot", "polaroid",
    "daguerreotype", "film still", "cinematic", "shot", "35 ?mm", "analog(?:ue)?", "macro", "selfie", "headshot",
    "dslr",
)  # fmt: skip
NAMES_LENS = _any_of(
    r"\d+ ?mm", r"f/?\d(?:\.\d+)?", "lens", "bokeh", "depth of field", "tilt[- ]shift", "fisheye", "macro",
    "telephoto", "wide[- ]angle", "blurred", "blurry", "in focus", "sharp", "zoom",
)  # fmt: skip
NAMES_COMPOSITION = _any_of(
    "composition", "composed", "framing", "framed", "symmetr(?:y|ical|ically)", "centred", "centered",
    "off[- ]cent(?:er|re)", "diagonal", "rule of thirds", "negative space", "empty space", "close[- ]?up", "macro",
    "wide", "panorama", "panoramic", "aerial", "bird'?s[- ]eye", "from above", "from below", "overhead",
    "top[- ]down", "flat lay", "eye level", "low angle", "high angle", "side view", "front view", "profile",
    "three-quarter", "left", "right", "foreground", "isometric", "full[- ]length",
)  # fmt: skip
NAMES_COLOUR = _any_of(
    r"colou?r", r"colou?red", r"colou?rful", "palette", "monochrome", "black", "white", "gr[ae]y", "sepia",
    "pastel", "red", "orange", "yellow", "green", "blue", "turquoise", "teal", "cyan", "purple", "violet", "lilac",
    "lavender", "magenta", "pink", "crimson", "scarlet", "burgundy", "brown", "beige", "cream", "ivory", "amber",
    "indigo", "navy", "olive", "ochre", "terracotta", "neon", "muted", "vivid", "vibrant", "saturated", "faded",
    "earthy", "tones?",
)  # fmt: skip
NAMES_MOOD = _any_of(
    "mood", "moody", "atmosphere", "atmospheric", "quiet", "calm", "serene", "peaceful", "romantic", "dramatic",
    "mysterious", "melanchol(?:y|ic)", "sad", "happy", "joyful", "cheerful", "playful", "festive", "gloomy",
    "eerie", "scary", "spooky", "horror", "dreamy", "dreamlike", "nostalgic", "solemn", "tender", "angry", "lonely",
    "cosy", "cozy", "elegant", "regal", "majestic", "epic", "whimsical", "funny", "tense", "wild", "storm", "stormy",
    "intimate", "austere", r"cry(?:ing)?", r"laugh(?:ing|ter)?", r"smil(?:e|ing)", r"weep(?:ing)?", "war", "battle",
    "grief", "funeral", "grave", "mourning", "ghost", "haunted", "wedding", "party", "birthday", "carnival",
    "festival", r"celebrat(?:e|ion|ing)", "christmas", "love",
)  # fmt: skip
