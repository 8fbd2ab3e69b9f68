"""The operations as tools of the Model Context Protocol, over standard input and output: no network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from geomap import __version__
from geomap.errors import GeomapError
from geomap.files import one_line
from geomap.operations import OPERATIONS, Loaded
from geomap.serving import needed
from geomap.serving.workers import Answer, Busy, Lost, OutOfTime, Workers, answer

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

INSTRUCTIONS = (
    "geomap measures exactly, on the ellipsoid and without the network. Ask it for distances, directions and areas "
    "instead of computing them; give it an article's text to have its geographic claims checked. A verdict judges one "
    "figure, never a speaker."
)


def build_server(loaded: Loaded, workers: Workers) -> Server[Any]:
    """The protocol's server, with a tool an operation."""
    needed("mcp")
    import mcp_types as types
    from mcp.server.lowlevel import Server

    tools = [
        types.Tool(
            name=o.name,
            description=o.help,
            input_schema=o.input_schema(),
            annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False, idempotent_hint=True),
        )
        for o in OPERATIONS.values()
    ]

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: Any) -> types.CallToolResult:
        try:
            text, wrong = (await _asked(params.name, params.arguments or {}, loaded, workers)).body.decode(), False
        except GeomapError as error:
            text, wrong = one_line(error), True
        except (Busy, Lost, OutOfTime) as error:
            text, wrong = f"no answer ({type(error).__name__}); ask for less, or again", True
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=wrong)

    return Server(
        "geomap", version=__version__, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


async def _asked(name: str, given: dict[str, Any], loaded: Loaded, workers: Workers) -> Answer:
    if name not in OPERATIONS:
        raise GeomapError(f"{name[:40]!r}: no such tool; expected one of {', '.join(OPERATIONS)}")
    operation = OPERATIONS[name]
    if operation.quick:
        return answer(name, loaded, given)
    operation.arguments(given)
    return await workers.ask(name, given)


def run(loaded: Loaded, workers: Workers) -> None:
    """Answer on standard input and output until it is closed."""
    server = build_server(loaded, workers)
    from mcp.server.stdio import stdio_server

    async def main() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    asyncio.run(main())
