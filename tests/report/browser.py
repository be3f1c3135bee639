"""A report in a real browser: headless Chromium without a network, one for each file of tests.

    with Browser() as browser:
        page = browser.open("/tmp/report.html")
        page.js("return S.state.q")

Its log of requests and its console are kept for `Page.requests` and `Page.console`. What is saved by
a button of the page lands in a folder, as it does for a reader."""
import base64
import glob
import json
import os
import re
import shutil
import sys
import tempfile
import time

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE = 30  # seconds; the machine may be busy


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


if not CHROMIUM or not DRIVER:
    skip("no chromium or no chromedriver (Debian's chromium and chromium-driver)")
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    skip("no python3-selenium")

# No host has an address. As root, and in containers, Chromium has no sandbox of its own.
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--hide-scrollbars",
             "--force-device-scale-factor=1", "--lang=en", "--host-resolver-rules=MAP * ~NOTFOUND")


# The browser reads its own pictures: a PNG, as base64, to 32 bits a pixel.
PIXELS = """
const image = new Image();
image.src = 'data:image/png;base64,' + arguments[0];
await image.decode();
const {width, height} = image, canvas = Object.assign(document.createElement('canvas'), {width, height});
const context = canvas.getContext('2d');
context.drawImage(image, 0, 0);
const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
"""


class Browser:
    """`width` and `height` are those of the page; `arguments`: further ones of Chromium."""

    def __init__(self, width=1440, height=900, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="spillway-report-")
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in (*ARGUMENTS, *arguments, f"--window-size={width},{height}",
                         f"--user-data-dir={self.folder}/profile"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_script_timeout(PATIENCE)
        self.width, self.height = width, height
        self.size(width, height)
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=f"{self.folder}/saved")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, **parameters):
        """A command of Chromium's own protocol."""
        return self.driver.execute_cdp_cmd(method, parameters)

    def size(self, width, height):
        """A window is never narrower than 500 px; a telephone is."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=False)

    def open(self, path, fragment="", scripts=True):
        """The page of the file, and the hash of its address. It waits until all views have started."""
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.driver.get("about:blank")  # a new hash alone would not load it again
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get("file://" + os.path.abspath(path) + (f"#{fragment}" if fragment else ""))
        page = Page(self)
        if scripts:
            page.ready()
        return page


def rgb(colour):
    """Of "#0072b2" or "rgb(0, 114, 178)" the three numbers."""
    if re.fullmatch("#[0-9a-fA-F]{6}", colour):
        return tuple(int(colour[k:k + 2], 16) for k in (1, 3, 5))
    return tuple(int(x) for x in re.findall(r"\d+", colour)[:3])


class Page:
    def __init__(self, browser):
        self.browser, self.driver = browser, browser.driver
        self.said = []

    # ---- waiting ------------------------------------------------------------------------------

    def ready(self):
        """All views have started."""
        end = time.time() + PATIENCE
        while not self.js("return Boolean(document.documentElement.dataset.ready)"):
            assert time.time() < end, f"the page did not start: {self.console()}"
            time.sleep(.02)
        self.quiet()

    def quiet(self):
        """Until what was set is shown: no frame waits, and what follows the last step of the slider is done."""
        self.ask("""
            const frame = () => new Promise(go => requestAnimationFrame(() => setTimeout(go, 0)));
            const shown = () => !S.moving && (!S.view || (S.view.key === S.state.q && S.view.t === S.state.t));
            do { await frame(); await frame(); } while (!shown());
            await new Promise(go => setTimeout(go, 50));
            await frame();
            done(true);""")

    # ---- asking -------------------------------------------------------------------------------

    def js(self, script, *values):
        return self.driver.execute_script(script, *values)

    def ask(self, script, *values):
        """Of a script that calls `done(answer)` later; `values` are its arguments, as of `js`."""
        answer = self.driver.execute_async_script("const done = arguments[arguments.length - 1];" +
                                                  "const go = (async function () {" + script + "}).apply(null, arguments);"
                                                  "go.catch(e => done({fault: String(e.stack || e)}));", *values)
        assert not (isinstance(answer, dict) and "fault" in answer), answer["fault"]
        return answer

    def numbers(self, script, *values):
        """The array that an async script returns, as doubles, by its bits: JSON would lose NaN."""
        import numpy as np
        text = self.ask("const x = Float64Array.from(await (async () => {" + script + "}).call(null));"
                        "const b = new Uint8Array(x.buffer); let s = '';"
                        "for (let i = 0; i < b.length; i += 32768)"
                        " s += String.fromCharCode.apply(null, b.subarray(i, i + 32768));"
                        "done(btoa(s));", *values)
        return np.frombuffer(base64.b64decode(text), dtype="<f8")

    def column(self, key):
        """What the page has of a quantity: periods x units."""
        t, n = self.ask("const c = await S.column(arguments[0]); done([c.T, c.values.length / c.T]);", key)
        return self.numbers("return (await S.column(%s)).values;" % json.dumps(key)).reshape(t, n)

    def state(self, key=None):
        return self.js("return arguments[0] ? S.state[arguments[0]] : S.state", key)

    def set(self, **changes):
        self.js("S.set(arguments[0])", changes)
        self.quiet()

    def console(self):
        """All that the console has had, by now: texts."""
        self.said += [entry["message"] for entry in self.driver.get_log("browser")]
        return self.said

    def requests(self):
        """Addresses that were asked for since the page was opened, but for those within it."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                address = message["params"].get("request", message["params"])["url"]
                if not address.startswith(("data:", "blob:", "about:")):
                    found.append(address)
        return found

    # ---- what is there ------------------------------------------------------------------------

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.all(selector)
        assert found, f"nothing is {selector}"
        return found[0]

    def view(self, name, rest=""):
        return self.one(f'[data-view="{name}"] {rest}' if rest else f'[data-view="{name}"]')

    def text(self, selector):
        return self.js("const e = document.querySelector(arguments[0]); return e && e.textContent", selector)

    def attributes(self, selector, *names):
        """Of all that the selector finds, as a tuple of each; one name gives plain texts."""
        rows = self.js("return Array.from(document.querySelectorAll(arguments[0]), e => "
                       "arguments[1].map(a => a === 'text' ? e.textContent : e.getAttribute(a)))", selector, names)
        return [row[0] for row in rows] if len(names) == 1 else [tuple(row) for row in rows]

    def legend(self):
        """Of each class its number (-1: missing), how many it has, its colour."""
        rows = self.js("""
            const list = document.querySelectorAll(arguments[0]);
            return Array.from(list, e => [e.dataset.class, e.querySelector('.count').textContent,
              getComputedStyle(e.querySelector('.swatch')).backgroundColor]);""", ".legend [data-class]")
        return [(-1 if c == "missing" else int(c), int(n.replace(",", "")), rgb(colour)) for c, n, colour in rows]

    # ---- doing --------------------------------------------------------------------------------

    def click(self, selector):
        element = self.one(selector)
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        self.quiet()

    def keys(self, *keys, at=None):
        """As from the keyboard, to what has the focus unless a selector is given."""
        if at:
            self.js("document.querySelector(arguments[0]).focus()", at)
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)
        self.quiet()

    def place(self, unit):
        """Where the map has a unit, in the window, into which the map is brought."""
        self.js("S.map.stage.scrollIntoView({block: 'center'})")
        self.quiet()
        return self.js("return S.map.pageAt(arguments[0])", unit)

    def press(self, x, y, shift=False, only_move=False):
        """The mouse at a place of the window."""
        pressed = {"x": x, "y": y, "modifiers": 8 if shift else 0}
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", **pressed)
        if not only_move:
            for kind in ("mousePressed", "mouseReleased"):
                self.browser.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **pressed)
        self.quiet()

    def save(self, view, kind):
        """What the button of a card saves: its bytes. `view`: the card's name, or what selects it."""
        folder = f"{self.browser.folder}/saved"
        for name in glob.glob(f"{folder}/*"):
            os.remove(name)
        card = ".map-card" if view == "map" else view if view.startswith("#") else f'[data-view="{view}"]'
        self.click(f'{card} [data-save="{kind}"]')
        end = time.time() + PATIENCE
        while time.time() < end:
            names = glob.glob(f"{folder}/*")
            if len(names) == 1 and not names[0].endswith(".crdownload"):
                self.saved = os.path.basename(names[0])
                with open(names[0], "rb") as file:
                    return file.read()
            time.sleep(0.02)
        raise AssertionError(f"{view}: nothing was saved as {kind}")

    def screenshot(self, selector=None):
        """A PNG of the window, or of one element."""
        if selector is None:
            return base64.b64decode(self.browser.call("Page.captureScreenshot", format="png")["data"])
        return self.one(selector).screenshot_as_png

    def look(self, png=None):
        """What a PNG, or the window, shows: how many colours, and which share is not of the commonest."""
        return self.ask(PIXELS + """
            const count = new Map(), step = pixels.length > 1e5 ? 7 : 1;
            let n = 0;
            for (let i = 0; i < pixels.length; i += step, n++) count.set(pixels[i], (count.get(pixels[i]) || 0) + 1);
            done({width, height, colours: count.size, ink: 1 - Math.max(...count.values()) / n});""",
                        base64.b64encode(png or self.screenshot()).decode())

    def pixels(self, png):
        """Of a PNG the array, rows x columns x 4."""
        import numpy as np
        width, height, text = self.ask(PIXELS + """
            const bytes = new Uint8Array(pixels.buffer);
            let text = '';
            for (let i = 0; i < bytes.length; i += 32768)
              text += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
            done([width, height, btoa(text)]);""", base64.b64encode(png).decode())
        return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)

    def fits(self):
        """Nothing makes the page wider than the window."""
        return self.js("return document.documentElement.scrollWidth <= window.innerWidth")
