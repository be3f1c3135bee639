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
import shutil
import sys
import tempfile
import time

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE = 60  # seconds; the machine may be busy


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


class Page:
    def __init__(self, browser):
        self.browser, self.driver = browser, browser.driver
        self.said = []

    # ---- waiting ------------------------------------------------------------------------------

    def ready(self):
        done = self.ask("const poll = () => document.body && document.body.dataset.ready === 'yes' ?"
                        " S.quiet().then(() => done('yes')) : setTimeout(poll, 20); poll();"
                        f"setTimeout(() => done('no'), {1000 * PATIENCE - 5000});")
        assert done == "yes", f"the page did not start: {self.console()}"

    def quiet(self):
        """Until nothing is left to be drawn."""
        self.ask("S.quiet().then(() => done(true));")

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

    def press(self, x, y, shift=False, only_move=False):
        """The mouse at a place of the window."""
        pressed = {"x": x, "y": y, "modifiers": 8 if shift else 0}
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", **pressed)
        if not only_move:
            for kind in ("mousePressed", "mouseReleased"):
                self.browser.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **pressed)
        self.quiet()

    def choose(self, name, value):
        """An option of a control, as a reader does."""
        self.js("const e = document.querySelector(`[name=${arguments[0]}]`);"
                "if (e.type === 'checkbox') { if (e.checked !== arguments[1]) e.click(); return; }"
                "e.value = arguments[1]; for (const kind of ['input', 'change'])"
                " e.dispatchEvent(new Event(kind, {bubbles: true}));", name, value)
        self.quiet()

    def save(self, view, kind):
        """What the button of a card saves: its bytes."""
        folder = f"{self.browser.folder}/saved"
        for name in glob.glob(f"{folder}/*"):
            os.remove(name)
        self.click(f'[data-view="{view}"] [data-save="{kind}"]')
        end = time.time() + PATIENCE
        while time.time() < end:
            names = glob.glob(f"{folder}/*")
            if len(names) == 1 and not names[0].endswith(".crdownload"):
                with open(names[0], "rb") as file:
                    return file.read()
            time.sleep(0.02)
        raise AssertionError(f"{view}: nothing was saved as {kind}")

    def picture(self, selector=None):
        """A screenshot as an array, rows x columns x 4; of one element where it is named."""
        from picture import read_png
        if selector is None:
            return read_png(base64.b64decode(self.browser.call("Page.captureScreenshot", format="png")["data"]))
        return read_png(self.one(selector).screenshot_as_png)

    def fits(self):
        """Nothing makes the page wider than the window."""
        return self.js("return document.documentElement.scrollWidth <= window.innerWidth")
