"""The other side of the tests of proxies: a target that does what the first line asks for, and clients that ask.

peer.py serve                     prints its port, and serves until its standard input ends
peer.py ask --port P [...]        runs clients at the same time, and prints one JSON object

ECHO      sends back what comes, and ends when the client does
SUM       reads to the end, and answers with the number of bytes and their SHA-256
SEND N    sends N bytes, and ends
HALF N    sends half of N bytes, and the rest when a line has come on standard input, and ends
HOLD      says "held", and then nothing until the client ends
LATE K    says "done" and ends, and still reads what comes, to the end
TOLD K    waits for the end of LATE K, and answers as SUM would have
PROXY ... answers with the line: what a header of the PROXY protocol says
"""
import argparse, asyncio, hashlib, json, os, ssl, sys, time

PIECE = 262144
PATTERN = bytes((i * 31 ^ i >> 8) & 255 for i in range(65521))


def pattern(start, count):
    """Bytes with a period that no buffer's size is a multiple of."""
    at = start % len(PATTERN)
    return (PATTERN[at:] + PATTERN * (count // len(PATTERN) + 1))[:count]


async def sum_up(reader):
    digest, count = hashlib.sha256(), 0
    while data := await reader.read(PIECE):
        digest.update(data)
        count += len(data)
    return f"{count} {digest.hexdigest()}\n".encode()


late = {}
released = asyncio.Event()


def late_sum(key):
    return late.setdefault(key, asyncio.get_running_loop().create_future())


async def serve_one(reader, writer):
    try:
        words = (await reader.readline()).split()
        if not words:
            pass
        elif words[0] == b"ECHO":
            while data := await reader.read(PIECE):
                writer.write(data)
                await writer.drain()
        elif words[0] == b"SUM":
            writer.write(await sum_up(reader))
        elif words[0] == b"LATE":
            writer.write(b"done\n")
            writer.write_eof()
            late_sum(words[1]).set_result(await sum_up(reader))
        elif words[0] == b"TOLD":
            writer.write(await late_sum(words[1]))
        elif words[0] == b"PROXY":
            writer.write(b" ".join(words) + b"\n")
        elif words[0] in (b"SEND", b"HALF"):
            total, sent = int(words[1]), 0
            if words[0] == b"HALF":
                writer.write(pattern(0, total // 2))
                sent = total // 2
                await released.wait()
            while sent < total:
                piece = pattern(sent, min(PIECE, total - sent))
                writer.write(piece)
                await writer.drain()
                sent += len(piece)
        elif words[0] == b"HOLD":
            writer.write(b"held\n")
            await writer.drain()
            while await reader.read(PIECE):
                pass
        writer.close()
        await writer.wait_closed()
    except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
        writer.transport.abort()


async def serve():
    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, limit=1 << 20, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        released.set()


async def send(writer, count, end):
    sent = 0
    while sent < count:
        piece = pattern(sent, min(PIECE, count - sent))
        writer.write(piece)
        await writer.drain()
        sent += len(piece)
    if end:
        writer.write_eof()


async def read_pattern(reader, count=None):
    """Reads to the end (or `count` bytes), and compares with the pattern."""
    got = 0
    while count is None or got < count:
        data = await reader.read(PIECE if count is None else min(PIECE, count - got))
        if not data:
            break
        if data != pattern(got, len(data)):
            raise ValueError(f"bytes differ behind {got}")
        got += len(data)
    return got


def compare(answer, count):
    """The number of bytes in an answer, whose sum has to be that of the pattern."""
    expected = hashlib.sha256()
    for start in range(0, count, PIECE):
        expected.update(pattern(start, min(PIECE, count - start)))
    words = answer.decode().split()
    if words[1:] != [expected.hexdigest()]:
        raise ValueError("another sum")
    return int(words[0])


async def ask_one(options, context, seen):
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", options.port, ssl=context, server_hostname=options.name if context else None, limit=1 << 20)
    if context:
        seen.add(writer.get_extra_info("peercert")["serialNumber"])
    try:
        command = options.command
        line = f"{command} {options.bytes}\n" if command in ("SEND", "HALF") else f"{command}\n"
        if command == "LATE":
            line = command
        writer.write(line.encode())
        if command == "ECHO":
            # TLS in Python has no half-close: the bytes are counted instead.
            sending = asyncio.create_task(send(writer, options.bytes, context is None))
            got = await read_pattern(reader, None if context is None else options.bytes)
            await sending
        elif command == "SUM":
            await send(writer, options.bytes, True)
            got = compare(await reader.read(), options.bytes)
        elif command == "LATE":
            key = os.urandom(8).hex()
            writer.write(f" {key}\n".encode())
            if await reader.read() != b"done\n":
                raise ValueError("no word")
            await send(writer, options.bytes, True)
            other, asking = await asyncio.open_connection("127.0.0.1", options.port)
            asking.write(f"TOLD {key}\n".encode())
            got = compare(await other.read(), options.bytes)
            asking.close()
        elif command == "HOLD":
            await reader.readline()
            await reader.read()
            raise ValueError("not held any longer")
        else:
            got = await read_pattern(reader)
        if got != options.bytes:
            raise ValueError(f"{got} bytes of {options.bytes}")
    finally:
        writer.close()


async def ask(options):
    context = None
    if options.ca:
        context = ssl.create_default_context(cafile=options.ca)
        if options.cert:
            context.load_cert_chain(options.cert)
    gate, seen, problems, fine = asyncio.Semaphore(options.parallel), set(), [], 0
    end = time.monotonic() + options.seconds if options.seconds else None

    async def one():
        nonlocal fine
        async with gate:
            try:
                await asyncio.wait_for(ask_one(options, context, seen), 120)
                fine += 1
            except Exception as error:
                problems.append(f"{type(error).__name__}: {error}")

    if end:
        async def again():
            while time.monotonic() < end:
                await one()
        await asyncio.gather(*(again() for _ in range(options.parallel)))
    else:
        await asyncio.gather(*(one() for _ in range(options.count)))
    print(json.dumps({"fine": fine, "problems": problems[:5], "failed": len(problems), "certificates": len(seen)}))


parser = argparse.ArgumentParser()
parser.add_argument("part", choices=["serve", "ask"])
parser.add_argument("--port", type=int)
parser.add_argument("--command", default="ECHO")
parser.add_argument("--bytes", type=int, default=1000)
parser.add_argument("--count", type=int, default=1)
parser.add_argument("--parallel", type=int, default=1000)
parser.add_argument("--seconds", type=float, default=0)
parser.add_argument("--ca")
parser.add_argument("--cert")
parser.add_argument("--name", default="localhost")
options = parser.parse_args()
asyncio.run(serve() if options.part == "serve" else ask(options))
