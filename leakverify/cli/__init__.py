"""The command line. One file per verb, no logic: every verb calls the public API and a view."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from leakverify._version import __version__

if TYPE_CHECKING:
    from leakverify.cli._exit import Exit

#: verb -> module; loaded when called, so that a short answer comes fast
VERBS = {
    "verify": "verify",
    "scan": "scan",
    "report": "report",
    "revisions": "revisions",
    "threads": "threads",
    "keys": "keys",
    "style": "style",
    "corpus": "corpus",
    "model": "model",
    "label": "label",
    "checks": "checks",
    "formats": "formats",
    "knowledge": "knowledge",
    "doctor": "doctor",
}


class _Verbs(click.Group):
    """The verbs in the order a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"leakverify.cli.{VERBS[cmd_name]}")
        command: click.Command = module.command
        return command

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from leakverify.cli._exit import epilog

        self.epilog = epilog()
        super().format_epilog(ctx, formatter)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="leakverify", message="%(prog)s %(version)s")
def cli() -> None:
    """Examine the documents of a leak: which are sound, which need a look, and why.

    It gives evidence for a human to weigh, never a verdict, and it never uses a
    network.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; see :mod:`leakverify.cli._exit`."""
    _lenient_streams()
    try:
        # not cli.main(): on a closed pipe that ends the process itself, with the code of a wrong call
        with cli.make_context("leakverify", list(sys.argv[1:] if args is None else args)) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:  # --help, --version
        return done.exit_code
    except BrokenPipeError:
        # the interpreter flushes stdout once more on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _failed("", "PIPE")
    except (KeyboardInterrupt, click.Abort):
        return _failed("", "INTERRUPTED")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return _failed("", "USAGE")
    except click.ClickException as error:
        return _failed(_wrong_call(error), "USAGE")
    except Exception as error:  # noqa: BLE001 - the traceback may quote a file, and 1 would mean a wrong call
        from leakverify.errors import IsolationUnavailable, LeakverifyError

        if not isinstance(error, LeakverifyError):
            import traceback

            return _failed(f"this is an error of ours\n{traceback.format_exc()}", "INTERNAL")
        return _failed(str(error), "ISOLATION" if isinstance(error, IsolationUnavailable) else "USAGE")
    return int(code or 0)


def _wrong_call(error: click.ClickException) -> str:
    context: Any = getattr(error, "ctx", None)
    hint = f"\nTry: {context.command_path} --help" if context is not None else ""
    return error.format_message() + hint


def _failed(message: str, name: str) -> Exit:
    """Say why on stderr; a message may hold a file name, which is not to be trusted."""
    from leakverify.cli._exit import Exit
    from leakverify.report._visible import visible

    if message:
        print(f"leakverify: {visible(message, lines=True, limit=20_000)}", file=sys.stderr)  # noqa: T201
    return Exit[name]


def _lenient_streams() -> None:
    """A character the terminal's encoding lacks is escaped instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
