"""Where the words of a refusal come from: each is written in the code, and what is put into it is known by name.

A refusal is the one message to police that holds sentences. This follows every `field`, `rule` and `fix` of a `Problem`
back to the text that somebody typed. What stands in between has been looked at, one expression at a time, and is listed
here with the reason why it can say nothing of a person; any other expression is a breach.
"""

import ast

from tests.house.rules import at, python, tree

LOOKED_AT = {
    "a limit of the contract, or of the door": {
        "256 * 1024", "40000", "CLEAR_PRIVATE_MOST", "OLDEST", "len(known)",
        "HOURS_MOST",
        "_sentences(found['type'], limits)",
    },
    "a list of the site": {"', '.join(sorted(codes))", "', '.join(sorted(kinds))", "_through(agency.may_refer)",
                           "_agencies(site, role)", "pretrial._named: role"},
    "a place in the sender's own message": {
        "'.'.join(where) or 'data'", "leaf.path", "_field(event)",
        "next(_not_amendable(event, stands, particulars, given, former), None)",
        "next((name for name in ('referral_id', 'incident_number', 'source_reference') if getattr(of, name)))",
        "checks._codes: name", "checks._codes: place", "checks._of_event: field",
        "pretrial._named: field", "pretrial._own: field", "next(self._found(whole, ()), None)",
        "mending.mended: number", "mending._not_theirs: field",
    },
    "the sender itself, or the name of its event": {"agency_source(slug)", "envelope.type"},
    "said to the program office alone, which may ask for an erasure": {
        "', '.join((one.id for one in rules.site.erasure))", "ground.citation",
        "_against(ground, referral, _born(referral, register), fact.at, rules.site)",
    },
    "words that another function of this kind chose": {
        "_to_tell_apart(event)", "broken.rule", "broken.fix", "wrong.field", "wrong.rule", "wrong.fix", "problem.fix",
    },
}  # fmt: skip
KNOWN = frozenset().union(*LOOKED_AT.values())
MADE_BY = {"Problem", "BrokenRule", "model_copy"}
SAID = {"field", "rule", "fix"}
ROOMS = ("contracts", "services/intake/domain", "services/assignment/domain")
"""Whatever reads, admits and refuses what police may say."""


def every_word_of_a_refusal_is_written_in_the_code(root, met=None):
    """`met` takes what was met of the expressions that have been looked at."""
    for file in python(root, *ROOMS):
        module = _Module(file.stem, tree(file), set() if met is None else met)
        for function, call in module.calls(MADE_BY):
            for value in _said(call):
                for found in module.unwritten(value, function, set()):
                    yield at(root, file, value.lineno, f"puts {found} into a refusal: nobody has looked at it")


def _said(call):
    """What a call puts into a problem: all it is given, or of a copy that is changed, what becomes its words."""
    if getattr(call.func, "attr", "") != "model_copy":
        return [*call.args, *(word.value for word in call.keywords)]
    changes = [word.value for word in call.keywords if isinstance(word.value, ast.Dict)]
    pairs = [pair for one in changes for pair in zip(one.keys, one.values, strict=True)]
    return [value for key, value in pairs if getattr(key, "value", None) in SAID]


def sentences(root):
    """Every text of the files that make problems, with its place; a docstring is none, nor is a word alone."""
    for file in python(root, *ROOMS):
        parsed = tree(file)
        if not _Module(file.stem, parsed, set()).calls(MADE_BY) and file.name != "complaints.py":
            continue
        spoken_to_readers = {id(node.value) for node in ast.walk(parsed) if isinstance(node, ast.Expr)}
        for node in ast.walk(parsed):
            told = isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
            if told and id(node) not in spoken_to_readers:
                yield at(root, file, node.lineno, node.value), node.value


class _Module:
    def __init__(self, name, parsed, met):
        self.name, self.parsed, self.met = name, parsed, met
        self.within = {}
        for function in [node for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef)]:
            self.within |= {id(node): function for node in ast.walk(function)}

    def calls(self, names):
        """The calls of these functions, each with the function that it stands in."""
        return [
            (self.within.get(id(node)), node)
            for node in ast.walk(self.parsed)
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names
        ]

    def unwritten(self, value, function, seen):
        """What of this expression was neither written in the module nor looked at."""
        text = ast.unparse(value)
        here = text if function is None else f"{self.name}.{function.name}: {text}"
        if known := KNOWN & {text, here}:
            self.met.update(known)
            return
        if here in seen:
            return
        seen.add(here)
        match value:
            case ast.Constant(value=str() | None):
                return
            case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts):
                inner = [(one.value if isinstance(one, ast.FormattedValue) else one, function) for one in parts]
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
                inner = [(one, function), (other, function)]
            case ast.Name(id=name):
                inner = self._sources(name, function)
            case _:
                inner = []
        if not inner:
            yield here
        for one, where in inner:
            yield from self.unwritten(one, where, seen)

    def _sources(self, name, function):
        """What a name stands for: what the function gives it, or is given for it, else what the module gives it."""
        if function is None:
            return [(one, None) for one in self._assigned(name, None)]
        arguments = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
        if name in arguments:
            place = arguments.index(name) - (arguments[0] == "self")
            calls = self.calls({function.name})
            by_place = [(one, where) for where, call in calls for one in call.args[place : place + 1]]
            by_name = [(one.value, where) for where, call in calls for one in call.keywords if one.arg == name]
            return by_place + by_name
        own = [(one, function) for one in self._assigned(name, function)]
        return own or self._sources(name, None)

    def _assigned(self, name, function):
        for node in ast.walk(function or self.parsed):
            given = isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None
            if given and self.within.get(id(node)) is function:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    yield from _taken(name, target, node.value)


def _taken(name, target, value):
    """What an assignment gives to the name; of values that it does not take apart, the whole."""
    if getattr(target, "id", None) == name:
        yield value
    elif isinstance(target, ast.Tuple):
        apart = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
        for one, part in zip(target.elts, apart, strict=True):
            yield from _taken(name, one, part)
