"""A browser driven over the Chrome DevTools Protocol, with Python's standard library only.

A fresh machine has python3 and chromium but neither node nor a driver, so the WebSocket client is written out here:
the few pages of RFC 6455 that a text conversation on loopback needs.
"""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse


class BrowserError(Exception):
    pass


class WebSocket:
    """Text frames both ways. Masked as a client must, fragments joined, pings answered."""

    def __init__(self, url, timeout=30):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=timeout)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise BrowserError(f"no WebSocket at {url}: {head[:200]!r}")

    def _fill(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise BrowserError("the browser closed the connection")
        self.buffer += piece

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _send_frame(self, opcode, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        mask = os.urandom(4)
        stretched = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")).to_bytes(length, "big")
        self.socket.sendall(head + mask + masked)

    def send(self, text):
        self._send_frame(1, text.encode())

    def receive(self, timeout):
        self.socket.settimeout(timeout)
        message = b""
        while True:
            first, second = self._take(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self._take(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._take(8))
            payload = self._take(length)
            opcode = first & 0x0F
            if opcode == 8:
                raise BrowserError("the browser ended the conversation")
            if opcode == 9:
                self._send_frame(10, payload)
            elif opcode in (0, 1):
                message += payload
                if first & 0x80:
                    return message.decode()

    def close(self):
        self.socket.close()


class Browser:
    """One headless Chromium with one page, ended with the context."""

    def __init__(self, executable):
        self.executable = executable

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="browser-check-")
        self.process = subprocess.Popen(
            [
                self.executable, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--no-default-browser-check", "--disable-background-networking",
                "--disable-component-update", "--disable-extensions", "--hide-scrollbars", "--lang=zh-CN",
                "--font-render-hinting=none", "--ignore-certificate-errors", "--remote-debugging-port=0", f"--user-data-dir={self.profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self.page = Page(self._page_address())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self.page

    def _page_address(self):
        """The port is in a file that the browser writes once it listens; the page is in its list."""
        port_file = os.path.join(self.profile, "DevToolsActivePort")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BrowserError(f"{self.executable} ended at once, status {self.process.returncode}")
            try:
                with open(port_file) as file:
                    port = int(file.readline())
                for target in self._targets(port):
                    if target["type"] == "page":
                        return target["webSocketDebuggerUrl"]
            except (OSError, ValueError):
                pass
            time.sleep(0.1)
        raise BrowserError(f"{self.executable} did not open its DevTools port within 60 s")

    @staticmethod
    def _targets(port):
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/json/list")
        return json.loads(connection.getresponse().read())

    def __exit__(self, *_):
        if hasattr(self, "page"):
            self.page.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """Commands to one page, and everything it complained about."""

    def __init__(self, address):
        self.socket = WebSocket(address)
        self.next_id = 0
        self.complaints = []
        self.failed_requests = []
        self.events = []
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.command(f"{domain}.enable")
        # A violation is also logged, but its own event names the directive and what was blocked.
        self.command(
            "Page.addScriptToEvaluateOnNewDocument",
            source="""
              addEventListener("securitypolicyviolation", (event) =>
                console.error("CSP " + event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile + ":" + event.lineNumber));
            """,
        )

    def command(self, method, timeout=60, **parameters):
        self.next_id += 1
        mine = self.next_id
        self.socket.send(json.dumps({"id": mine, "method": method, "params": parameters}))
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = json.loads(self.socket.receive(max(deadline - time.monotonic(), 0.1)))
            except (TimeoutError, socket.timeout):
                raise BrowserError(f"{method}: no answer within {timeout} s") from None
            if message.get("id") == mine:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error'].get('message')}")
                return message["result"]
            self._note(message)

    def _note(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            text = details.get("exception", {}).get("description") or details.get("text", "")
            self.complaints.append(f"exception: {text}")
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            text = " ".join(str(argument.get("value", argument.get("description", ""))) for argument in parameters["args"])
            self.complaints.append(f"console.{parameters['type']}: {text}")
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            entry = parameters["entry"]
            self.complaints.append(f"{entry['source']}: {entry['text']} {entry.get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.events.append(("request", parameters["request"]["url"]))

    def evaluate(self, expression, timeout=60):
        result = self.command(
            "Runtime.evaluate", timeout=timeout, expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def wait_until(self, expression, what, timeout=30):
        deadline = time.monotonic() + timeout
        while True:
            try:
                if self.evaluate(f"Boolean({expression})"):
                    return
            except BrowserError as error:
                # Asked in the middle of a navigation.
                if "context" not in str(error).lower() and "null" not in str(error).lower():
                    raise
            if time.monotonic() > deadline:
                raise BrowserError(f"waited {timeout} s in vain until {what}")
            time.sleep(0.05)

    def go(self, url):
        self.command("Page.navigate", url=url)
        self.wait_until("document.readyState === 'complete'", f"{url} is loaded")

    def size(self, width, height, mobile=False):
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if mobile else 1, mobile=mobile
        )

    def prefer(self, scheme, motion="no-preference"):
        self.command(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}],
        )

    def language(self, tag):
        """Both what the page's script reads and what the browser sends."""
        agent = self.evaluate("navigator.userAgent")
        self.command("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=tag)

    def click(self, selector):
        """A real click in the middle of an element, through the browser's own input."""
        box = self.evaluate(
            f"""(() => {{
              const element = document.querySelector({json.dumps(selector)});
              if (!element) return null;
              element.scrollIntoView({{ block: "center", inline: "center", behavior: "instant" }});
              const box = element.getBoundingClientRect();
              return [box.left + box.width / 2, box.top + box.height / 2];
            }})()"""
        )
        if box is None:
            raise BrowserError(f"nothing to click at {selector}")
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def move_to(self, x, y):
        self.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def type(self, text):
        self.command("Input.insertText", text=text)

    def key(self, name, code=None, shift=False):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32}
        text = {"Enter": "\r", "Space": " "}.get(name, "")
        key = " " if name == "Space" else name
        base = dict(key=key, code=code or name, windowsVirtualKeyCode=codes.get(name, 0), modifiers=8 if shift else 0)
        self.command("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **base)
        self.command("Input.dispatchKeyEvent", type="keyUp", **base)

    def screenshot(self, path, whole=True):
        result = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole, optimizeForSpeed=False)
        with open(path, "wb") as file:
            file.write(base64.b64decode(result["data"]))
