"""Plays a speed-run as a participant, from joining to the end, and prints its book as JSON.

    python3 player.py https://lectern.example K7TQ2M Ada

Written from docs/PROTOCOL.md alone. Once, with an answer on its way, it cuts its own connection and comes back."""
import base64, http.client, json, os, queue, random, secrets, socket, struct, sys, threading, time, urllib.error, urllib.request
from urllib.parse import urljoin, urlsplit

FOR_GOOD = {400, 401, 403, 404, 409, 410, 422, 426, 4000, 4001, 4003, 4005}
PING_EVERY, PONG_WITHIN, SEEN_EVERY, SEEN_AFTER = 25, 10, 2, 64


class Lost(Exception):
    """No connection: the HTTP status or the close code (1006: come back), seconds to wait."""


def post(url, body, token=None):
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Lost(error.code, int(error.headers.get("retry-after") or 0), error.read())


class WebSocket:
    """RFC 6455, as far as a client of text frames needs it. What comes is put into `inbox`."""

    def __init__(self, url, protocols):
        parts, key = urlsplit(url), base64.b64encode(os.urandom(16)).decode()
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection, self.inbox = kind(parts.netloc, timeout=30), queue.Queue()
        self.connection.request("GET", parts.path, headers={
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key, "Sec-WebSocket-Protocol": ", ".join(protocols)})
        answer = self.connection.getresponse()
        if answer.status != 101:
            raise Lost(1006 if answer.status == 401 else answer.status, 0, answer.read())  # 401: a fresh ticket helps
        self.socket = self.connection.sock
        self.socket.settimeout(None)
        threading.Thread(target=self.read, daemon=True).start()

    def send(self, text, opcode=1):
        data, mask = text.encode() if isinstance(text, str) else text, os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.socket.sendall(bytes([0x80 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def read(self):
        file, text, code = self.socket.makefile("rb"), b"", 1006
        try:
            while code == 1006:
                first, size = file.read(2)
                if size > 125:
                    size = int.from_bytes(file.read(2 if size == 126 else 8), "big")
                data, opcode = file.read(size), first & 15
                if opcode == 8:
                    code = int.from_bytes(data[:2], "big")
                elif opcode == 9:
                    self.send(data, 10)
                elif opcode in (0, 1):
                    text += data
                    if first & 128:
                        self.inbox.put(text.decode())
                        text = b""
        except (OSError, ValueError):
            pass  # cut off
        self.inbox.put(Lost(code, 0))


def choice(ask):
    """Something that fits; None for a slide."""
    shown = [option["index"] for option in ask.get("options", ask.get("items", []))]
    one, some = {"type": "option", "value": (shown + [0])[0]}, {"type": "options", "value": sorted(shown)[:2]}
    return {
        "single_choice": one,
        "multiple_choice": some,
        "true_false": {"type": "bool", "value": True},
        "number": {"type": "number", "value": 56},
        "short_text": {"type": "text", "value": "Jupiter"},
        "ordering": {"type": "order", "value": shown},
        "poll": some if ask.get("multiple") else one,
    }.get(ask["type"])


class Player:
    def __init__(self, origin, code, name):
        self.origin, key = origin, secrets.token_urlsafe(24)
        self.grant = post(urljoin(origin, "/v1/sign-on/join"), {"code": code, "name": name, "key": key})
        self.seen = self.waiting = self.question = self.end = None
        self.cut, self.failures = False, 0
        self.book = {key: self.grant[key] for key in ("seat", "name")} | {"answers": [], "judged": [], "resumed": False}

    def play(self):
        while self.end is None:
            try:
                self.connect()
                self.listen()
            except (Lost, OSError) as lost:
                code, wait = lost.args[:2] if isinstance(lost, Lost) else (1006, 0)
                if code in FOR_GOOD:
                    raise
                self.failures += 1
                time.sleep(max(wait, min(15, 0.25 * 2**self.failures) * random.uniform(0.5, 1)))
        return self.book | {"end": self.end}

    def connect(self):
        if "ticket" not in self.grant:  # the one that came with the seat is used up
            url = urljoin(self.origin, f"/v1/speedruns/{self.grant['speedrun']}/tickets")
            self.grant |= post(url, {}, self.grant["token"])
        url = urljoin(self.origin, self.grant["live_url"])
        self.live = WebSocket(url, ["lectern.v1", f"ticket.{self.grant.pop('ticket')}"])
        self.live.send(json.dumps({"type": "hello"} | ({"resume": self.seen} if self.seen else {})))

    def listen(self):
        heard = pinged = reported = time.monotonic()
        unreported = 0
        while self.end is None:
            try:
                frame = self.live.inbox.get(timeout=0.5)
            except queue.Empty:
                frame = None
            now = time.monotonic()
            heard = now if frame else heard
            if isinstance(frame, Lost) or now - heard > PING_EVERY + PONG_WITHIN:
                raise frame or Lost(1006, 0)
            if now - pinged > PING_EVERY:
                self.live.send("ping")
                pinged = now
            if frame and frame != "pong":
                self.handle(json.loads(frame))
                unreported += 1
            if self.seen and unreported and (unreported >= SEEN_AFTER or now - reported > SEEN_EVERY):
                self.live.send(json.dumps({"type": "seen", "channels": self.seen}))
                unreported, reported = 0, now

    def handle(self, frame):
        if frame["type"] == "welcome":
            self.last_id, self.failures = frame["last_id"], 0
            self.book["resumed"] |= "view" not in frame
            if "view" in frame:
                self.seen = frame["channels"]
                self.view(frame["view"])
            if self.waiting:  # not answered on the last connection: the same id and the same bytes
                self.live.send(self.waiting[1])
        elif frame["type"] == "event" and frame["seq"] > self.seen[frame["channel"]]:
            assert frame["seq"] == self.seen[frame["channel"]] + 1, f"a gap before {frame}"
            self.seen[frame["channel"]] = frame["seq"]
            self.message(frame["message"])
        elif frame["type"] in ("ack", "refused") and self.waiting and frame.get("id") == self.waiting[0]:
            (*_, asked), self.waiting, reply = self.waiting, None, frame.get("reply")
            if frame["type"] == "refused":  # a pause passes; any other refusal is for good
                self.question = asked if frame["code"] == "paused" else self.question
                return  # what comes next shows what to say next
            self.last_id = frame["id"]
            if reply["type"] == "answered":
                self.book["answers"].append({key: reply[key] for key in ("index", "choice", "used")})
        self.speak()

    def view(self, view):
        self.phase, self.own_pace, self.end = view["phase"], view["settings"]["pace"] == "self", view["end_reason"]
        self.opened, self.through, current = view["me"]["opened"], view["me"]["done"], view["current"]
        self.question = current["question"] if current and not {"answered", "solution"} & current.keys() else None

    def message(self, message):
        kind = message["type"]
        if kind == "configured":
            self.own_pace = message["settings"]["pace"] == "self"
        elif kind in ("started", "paused", "resumed"):
            self.phase = "paused" if kind == "paused" else "running"
        elif kind == "opened":
            self.question, self.phase = message["question"], "running"
            self.opened += self.own_pace
        elif kind == "judged":
            self.book["judged"].append({key: message[key] for key in ("index", "outcome", "points", "score")})
        self.question = None if kind in ("revealed", "judged") else self.question
        self.through |= kind == "done"
        self.end = message["reason"] if kind == "finished" else None

    def speak(self):
        """Says what there is to say now, one command at a time."""
        answer, moves = self.question and choice(self.question["ask"]), self.own_pace and not self.through
        if self.waiting or self.phase != "running" or self.end or not (answer or moves):
            return
        command = {"type": "advance", "opened": self.opened}  # nothing is open, or a slide that has been read
        if answer:
            command = {"type": "answer", "index": self.question["index"], "choice": answer}
        number = self.last_id + 1
        self.waiting = (number, json.dumps({"type": "command", "id": number, "command": command}), self.question)
        self.question = None
        self.live.send(self.waiting[1])
        if answer and self.book["answers"] and not self.cut:
            self.cut = True
            self.live.socket.shutdown(socket.SHUT_RDWR)
            raise Lost(1006, 0)


if __name__ == "__main__":
    print(json.dumps(Player(*sys.argv[1:4]).play()))
