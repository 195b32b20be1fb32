"""Speaks OAuth on loopback as Moodle's `local_oauth` does: one client, one secret, one user, one callback.

    provider.py PORT CALLBACK
Refuses what a real one refuses: another client, another callback, a wrong secret, a wrong code.
"""
import base64
import http.server
import json
import sys
import urllib.parse

PORT, CALLBACK = int(sys.argv[1]), sys.argv[2]
CLIENT, SECRET, CODE, TOKEN = "cid", "good", "c0de", "t0ken"


class Provider(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = urllib.parse.urlparse(self.path)
        asked = dict(urllib.parse.parse_qsl(parts.query))
        if parts.path == "/local/oauth/login.php":
            if (asked.get("client_id"), asked.get("redirect_uri")) != (CLIENT, CALLBACK):
                return self.say(400, {"error": "unknown client or callback", "got": asked})
            self.send_response(302)
            self.send_header("Location", CALLBACK + "?" + urllib.parse.urlencode({"code": CODE, "state": asked.get("state", "")}))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if parts.path == "/local/oauth/user_info.php":
            if self.headers.get("Authorization", "").split(" ")[-1] != TOKEN and asked.get("access_token") != TOKEN:
                return self.say(401, {"error": "invalid token"})
            return self.say(200, {"id": 7, "username": "student1", "email": "s@example.org"})
        self.say(404, {"error": "not found"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = dict(urllib.parse.parse_qsl(body)) | dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query))
        header = self.headers.get("Authorization", "")
        if header.startswith("Basic "):
            client, secret = base64.b64decode(header[6:]).decode().split(":", 1)
            asked |= {"client_id": urllib.parse.unquote(client), "client_secret": urllib.parse.unquote(secret)}
        if (asked.get("client_id"), asked.get("client_secret"), asked.get("code")) != (CLIENT, SECRET, CODE):
            return self.say(401, {"error": "invalid_client"})
        self.say(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "scope": "user_info"})


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Provider)
print("ready", flush=True)
server.serve_forever()
