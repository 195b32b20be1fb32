"""A browser without a window: logs in at a hub through its form or through a provider, and says who is in.

    browser.py URL form USER PASSWORD | browser.py URL provider
Must not know anything of the hub but its pages.
"""
import html.parser
import http.cookiejar
import sys
import urllib.error
import urllib.parse
import urllib.request


class Page(html.parser.HTMLParser):
    """Forms with their fields, and the words of a page."""

    def __init__(self):
        super().__init__()
        self.forms, self.words, self.skip = [], [], False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.skip = tag in ("script", "style")
        if tag == "form":
            self.forms.append((attributes.get("action"), {}))
        if tag == "input" and self.forms and attributes.get("name"):
            self.forms[-1][1][attributes["name"]] = attributes.get("value") or ""

    def handle_endtag(self, tag):
        self.skip = False

    def handle_data(self, text):
        if not self.skip and text.strip():
            self.words.append(text.strip())


def main(url, way, user="", password=""):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open_page(address, data=None):
        data = urllib.parse.urlencode(data).encode() if data else None
        try:
            reply = browser.open(urllib.request.Request(address, data, {"Accept": "text/html"}), timeout=30)
        except urllib.error.HTTPError as error:
            reply = error
        page = Page()
        page.feed(reply.read().decode(errors="replace"))
        return reply, page

    if way == "form":
        reply, page = open_page(f"{url}/hub/login?next=%2Fhub%2Fhome")
        action, fields = next(form for form in page.forms if "password" in form[1])
        address = urllib.parse.urljoin(reply.url, action)
        reply, page = open_page(address, fields | {"username": user, "password": password})
    else:
        reply, page = open_page(f"{url}/hub/oauth_login?next=%2Fhub%2Fhome")
    words = " ".join(page.words)
    if "/hub/home" in reply.url and "Logout" in words:
        before = words.split("Logout")[0].split()
        print("in as", before[-1])
    else:
        known = ["Invalid username or password", "you are not currently authorized to use this hub"]
        print("out:", next((text for text in known if text in words), f"{reply.status} {reply.url} {words[:300]}"))


main(*sys.argv[1:])
