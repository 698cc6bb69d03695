"""A typed line's words as a verb's arguments: where one ends and the next begins, and which were left out."""

from core.customers.queries import named
from core.engine.errors import InvalidInput
from core.engine.folding import folded

from .actions import Action, Argument, ArgumentKind
from .applying import applying
from .asking import Asked
from .choosing import meant
from .finding import is_invoice
from .parsing import NEVER_TYPED, TIMES, decided, from_carried, tidy, understand, usage

REST_OF_LINE = {ArgumentKind.TEXT, ArgumentKind.LONG_TEXT}
SEVERAL_WORDS = {ArgumentKind.CUSTOMER, ArgumentKind.DEBTOR, ArgumentKind.MONEY, ArgumentKind.WORD, *TIMES}
MOST_WORDS = 8


def from_typed(asked: Asked, action: Action, rest: str) -> dict[str, object]:
    """The arguments of a typed command; missing required ones are simply absent. Raises InvalidInput, NotFound, Ambiguous."""
    texts, rest = _introduced(action, rest)
    names = [a for a in action.arguments if a.kind not in NEVER_TYPED and not a.after]
    for position, named_one in enumerate(names):
        if not rest.strip():
            break
        open_ones = {a.name: a for a in applying(action.arguments, decided(action, texts), in_form=False)}
        if named_one.name not in open_ones:
            continue
        argument = open_ones[named_one.name]
        rest, is_led = _without_filler(argument, rest)
        last = not any(a.name in open_ones for a in names[position + 1 :])
        if not is_led and _is_left_out(asked, argument, rest, last=last):
            continue
        texts[argument.name], rest = _next_token(asked, argument, rest, last=last)
    given = from_carried(asked, action, texts)
    if rest.strip():
        raise InvalidInput("too_many_words", rest=rest.strip(), usage=usage(asked, action))
    return given


def _introduced(action: Action, rest: str) -> tuple[dict[str, str], str]:
    """What stands behind the words that introduce an argument, and what stands before them all."""
    leads = {folded(word): a.name for a in action.arguments for word in a.after}
    texts: dict[str, str] = {}
    if not leads:
        return texts, rest
    parts: dict[str, list[str]] = {"": []}
    current = ""
    for word in rest.split():
        name = leads.get(folded(word))
        if name is not None and name not in parts:
            current = name
            parts[name] = []
        else:
            parts[current].append(word)
    texts = {name: " ".join(words) for name, words in parts.items() if name}
    first = " ".join(parts[""])
    missing = next((a.name for a in action.arguments if a.required and a.after and a.name not in texts), None)
    return (texts | {missing: first}, "") if first and missing else (texts, first)


def _without_filler(argument: Argument, rest: str) -> tuple[str, bool]:
    """What stands behind the word that leads to it, and whether one did."""
    first, _, left = rest.strip().partition(" ")
    is_led = bool(argument.filler and folded(first) in argument.filler and left.strip())
    return (left, True) if is_led else (rest, False)


def _is_left_out(asked: Asked, argument: Argument, rest: str, *, last: bool) -> bool:
    """Whether a word that may be left out was: what stands in its place is none of its choices, and another argument follows."""
    if argument.required or last:
        return False
    first = rest.strip().partition(" ")[0]
    if argument.kind is ArgumentKind.LINE:
        return not first.startswith("#")
    if argument.kind is ArgumentKind.INVOICE:
        with asked.reading() as connection:
            return not is_invoice(connection, first)
    if argument.kind is ArgumentKind.DAY:  # what has a digit is meant as one, and refused rather than taken for the next words
        return not any(map(str.isdigit, first)) and not _begins_with_one(asked, argument, rest)
    return argument.kind is ArgumentKind.WORD and not _begins_with_one(asked, argument, rest)


def _next_token(asked: Asked, argument: Argument, rest: str, *, last: bool) -> tuple[str, str]:
    """The next argument's text and what is left. Names, dates and amounts may have several words: the most that make one."""
    if argument.kind in REST_OF_LINE or last:
        return rest.strip(), ""
    if argument.kind in SEVERAL_WORDS and (length := _begins_with_one(asked, argument, rest, least=2)):
        words = tidy(rest).split(" ")
        return " ".join(words[:length]), " ".join(words[length:])
    token, _, left = rest.strip().partition(" ")
    return token, left


def _begins_with_one(asked: Asked, argument: Argument, rest: str, *, least: int = 1) -> int:
    """Of how many words the longest such argument is with which the rest begins; 0 for none of at least so many."""
    words = tidy(rest).split(" ")
    return next((n for n in range(min(len(words), MOST_WORDS), least - 1, -1) if _is_one(asked, argument, " ".join(words[:n]))), 0)


def _is_one(asked: Asked, argument: Argument, text: str) -> bool:
    """Whether the text is such an argument, or may be several."""
    if argument.kind in (ArgumentKind.CUSTOMER, ArgumentKind.DEBTOR):
        with asked.reading() as connection:
            return bool(named(connection, text))
    if argument.kind is ArgumentKind.WORD:
        return bool(meant(text, argument))
    try:
        understand(asked, argument, text)
    except InvalidInput as error:
        return not error.kind.startswith("not_a")
    return True
