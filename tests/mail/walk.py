"""The guide of notices as a new user would walk it, with real parts: Postfix, a mailbox, a receiver of webhooks.

1. The commands of docs/notices.md are run as they stand there.
2. What lies in the mailbox is read with Python's `email`, and every link of it is followed.
3. Hostile content and recipients go the same way.
4. Webhooks are verified with the `standardwebhooks` package.
5. A sender is killed again and again; what Postfix delivered is counted against ledger and state.

Usage: walk.py GUIDE POLICYGEN FOLDER KILLS. The HTML of mails is left in FOLDER, for a browser. Run as root: Postfix wants it.
"""

import collections
import email.policy
import glob
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

from standardwebhooks import Webhook

MAIL = pathlib.Path("/tmp/policygen-mail")
BOX = MAIL / "box/all/new"
SECRET = "whsec_c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZyE="
PEOPLE = 6000


def main(guide, policygen, folder, kills):
    folder = pathlib.Path(folder).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        walk(pathlib.Path(guide).read_text(), folder, policygen)
        desk = Desk(folder)
        the_mailbox(desk)
        the_site(desk)
        hostile(desk)
        webhooks(desk)
        killed(desk, int(kills))
    finally:
        subprocess.run(["postfix", "-c", MAIL / "conf", "stop"], capture_output=True)
        stop(folder / "pid")
        if (MAIL / "log").exists():
            shutil.copy(MAIL / "log", folder / "postfix.log")
        remove_mail()


def environment(folder, policygen):
    """Nothing of the user's own: neither git's configuration nor the state folder."""
    path = f"{pathlib.Path(policygen).absolute().parent}:{os.environ['PATH']}"
    name, address = "Ada", "ada@example.org"
    return {
        "PATH": path,
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": address,
        "MAIL_USER": "legal",
        "MAIL_PASSWORD": "a-password",
    }


def walk(guide, folder, policygen):
    """Runs the commands of the guide in one shell; what they leave running is stopped at the end."""
    remove_mail()
    memory = pathlib.Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 2**29:
        # Postfix waits for the disk at every mail.
        (memory / MAIL.name).mkdir(exist_ok=True)
        MAIL.symlink_to(memory / MAIL.name)
    blocks = re.findall(r"^```sh\n(.*?)^```$", guide, re.M | re.S)
    assert len(blocks) > 5, "the guide has lost its commands"
    script = "set -eu\necho $$ > pid\n" + "\n".join(blocks)
    own = {**environment(folder, policygen), "MAIL_USER": "", "MAIL_PASSWORD": ""}
    with open(folder / "walk.log", "wb") as log:
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=own, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, timeout=120)
    said = (folder / "walk.log").read_text()
    print(said)
    assert done.returncode == 0, f"the walk ended with {done.returncode}"
    for wanted in ["would be sent to 2", "2 accepted, 0 failed, 0 uncertain, 0 left", "nothing is to be announced", "finished"]:
        assert wanted in said, wanted


def remove_mail():
    shutil.rmtree(MAIL.resolve(), ignore_errors=True)
    MAIL.unlink(missing_ok=True)


def stop(pid):
    """Ends the shell of the walk, and what it started."""
    try:
        os.killpg(int(pid.read_text()), signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        pass


class Desk:
    """The repository of the walk, and the policygen beside it."""

    def __init__(self, folder):
        self.folder = folder
        self.repo = folder / "walk/legal"
        self.env = environment(folder, POLICYGEN)

    def run(self, *arguments, code=0, env=None):
        done = subprocess.run([POLICYGEN, *arguments], cwd=self.repo, env={**self.env, **(env or {})}, capture_output=True, text=True)
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{arguments} ended with {done.returncode}: {said}"
        assert SECRET not in said and "a-password" not in said, said
        return said

    def change(self, path, text, saying="Change\n\nVersion-Change: material"):
        (self.repo / path).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", saying)

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.repo, env=self.env, check=True)

    def configure(self, change):
        path = self.repo / "policygen.toml"
        path.write_text(change(path.read_text()))

    def ledger(self):
        lines = (self.repo / "notices.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def deliveries(self, notice):
        """The records of a notice in the state folder, by stage."""
        found = glob.glob(str(self.folder / ".local/state/policygen/*/deliveries.sqlite"))
        database = sqlite3.connect(f"file:{found[0]}?mode=ro", uri=True)
        rows = database.execute("select stage, count(*) from delivery where notice = ? group by stage", [notice])
        return dict(rows.fetchall())


def messages(count, seconds=60):
    """What lies in the mailbox, once so many are there; no more come."""
    end = time.monotonic() + seconds
    while len(list(BOX.glob("*"))) < count and time.monotonic() < end:
        time.sleep(0.1)
    settle()
    read = lambda path: email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    found = [read(path) for path in BOX.glob("*")]
    assert len(found) == count, f"{len(found)} messages instead of {count}"
    return found


def settle():
    """Waits until Postfix has nothing left to deliver."""
    waiting = lambda: [path for name in ["incoming", "active", "maildrop", "deferred"] for path in (MAIL / "queue" / name).rglob("*") if path.is_file()]
    while waiting():
        time.sleep(0.1)


def empty_box():
    for path in BOX.glob("*"):
        path.unlink()


def parts(message):
    """Text and HTML of a message that is whole."""
    assert not message.defects, message.defects
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"], kinds
    for part in message.walk():
        assert not part.defects, part.defects
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def the_mailbox(desk):
    found = messages(2)
    assert sorted(str(message["To"]) for message in found) == ["Ada <ada@example.org>", "Bo <bo@example.org>"]
    assert len({message["Message-ID"] for message in found}) == 2
    for message in found:
        assert message["Subject"].startswith("Privacy: new version from "), message["Subject"]
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["List-Unsubscribe"].startswith("<mailto:legal@example.org?subject=leave%20"), message["List-Unsubscribe"]
        assert "List-Unsubscribe-Post" not in message
        text, html = parts(message)
        assert "Logs are kept for half as long." in text and "[-60-]{+30+}" in text, text
        assert "<del>60</del><ins>30</ins>" in html, html
        links = set(re.findall(r'href="(http[^"]+)"', html))
        assert len(links) >= 4 and all(link in text for link in links), links
        for link in links:
            assert urllib.request.urlopen(link, timeout=5).status == 200, link
    received = (MAIL / "log").read_text()
    assert "sasl_username=legal" in received
    with_tls = [message for message in found if "with ESMTPSA" in str(message["Received"])]
    assert len(with_tls) == 2, "a mail came without encryption and log-in"
    (desk.folder / "mail.html").write_text(parts(found[0])[1])
    empty_box()
    print("mailbox: 2 mails, whole, over TLS, every link leads somewhere")


def the_site(desk):
    record = json.loads((desk.repo / "public/privacy/versions.json").read_text())
    label = record["versions"][0]["label"]
    page = (desk.repo / f"public/privacy/{label}/notice/index.html").read_text()
    assert "Logs are kept for half as long." in page and "Privacy: new version from " in page
    assert f"{label}/notice/index.html" in (desk.repo / "public/privacy/changes/index.html").read_text()
    assert "0 not as they were" in desk.run("verify") and "0 not as they were" in desk.run("notices", "verify")
    print("site: the notice as it was sent, and the changelog leads to it")


def hostile(desk):
    people = 'address,name\n"""ada b""@example.org","A\r\nBcc: x@example.org\r\n\r\n.\r\n"\nada@bücher.example,Ä Ö\nnobody,\nADA@example.org,\nada@example.org,twice\n'
    (desk.folder / "walk/people.csv").write_text(people, newline="")
    long = "unbroken" * 40
    front = 'title: "A\\r\\nBcc: y@example.org\\r\\n\\r\\n.\\r\\nQUIT\\r\\n é"\nsummary: "one\\r\\n.\\r\\ntwo <script>"\n'
    text = f"# P\n\nline\n\n.\n\n..x\n\n```\n.\n{long}\n.\n```\n\n{long} <https://example.org/{long}>\n\n<script>alert(1)</script>\n\n"
    table = "| " + " | ".join(f"column {n}" for n in range(12)) + " |\n|" + " --- |" * 12 + "\n| " + " | ".join(["cell"] * 12) + " |\n"
    desk.change("terms.md", f"---\n{front}---\n{text}{table}")
    desk.run("build", "--quiet")
    said = desk.run("notices", "send")
    assert "3 accepted, 0 failed" in said and "recipients:8" in said and "more than once" in said, said
    found = messages(3)
    to = sorted(str(message["X-Original-To"]) for message in found)
    assert to == ['"ada b"@example.org', "ADA@example.org", "ada@xn--bcher-kva.example"], to
    for message in found:
        assert not message["Bcc"] and "\n" not in message["Subject"] and "é" in message["Subject"], message["Subject"]
        plain, html = parts(message)
        assert "\n.\n" in plain and "..x" in plain and "<script" not in html
    (desk.folder / "hostile.html").write_text(parts(found[0])[1])
    empty_box()
    print("hostile content and recipients: 3 mails, whole")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes webhooks; the first answer is that it is busy."""

    taken = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Receiver.taken.append((self.path, dict(self.headers.items()), body))
        self.send_response(503 if len(Receiver.taken) == 1 else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def webhooks(desk):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tables = "".join(f'\n[[notices.webhook]]\nname = "{form}"\nform = "{form}"\nurl_env = "{form.upper()}_URL"\n' for form in ["standard", "slack", "teams"])
    tables = tables.replace('url_env = "STANDARD_URL"\n', 'url_env = "STANDARD_URL"\nsecret_env = "SECRET"\n')
    desk.configure(lambda text: text + tables)
    env = {f"{form.upper()}_URL": f"http://127.0.0.1:{server.server_port}/{form}?token=private" for form in ["standard", "slack", "teams"]}
    desk.change("terms.md", "# Terms\n\nPay within <!channel> [eleven](https://example.org) days.\n")
    desk.run("build", "--quiet")
    said = "".join(desk.run("notices", "send", "--channel", form, env={**env, "SECRET": SECRET}) for form in ["standard", "slack", "teams"])
    assert said.count("1 accepted, 0 failed") == 3 and "private" not in said, said
    by_path = collections.defaultdict(list)
    for path, headers, body in Receiver.taken:
        by_path[path.split("?")[0]].append((headers, body))
    standard = by_path["/standard"]
    assert len(standard) == 2, "busy at first, then taken"
    assert len({headers["webhook-id"] for headers, _ in standard}) == 1
    for headers, body in standard:
        event = Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
        assert event["type"] == "policy.version.published" and event["data"]["policy"] == "terms", event
    slack = json.loads(by_path["/slack"][0][1])
    assert slack["blocks"] and "<!channel>" not in json.dumps(slack), slack
    teams = json.loads(by_path["/teams"][0][1])
    card = teams["attachments"][0]
    assert teams["type"] == "message" and card["contentType"].endswith("card.adaptive"), teams
    assert all(part["type"] == "TextBlock" for part in card["content"]["body"]), card
    server.shutdown()
    # The mail of this change, so that nothing is left.
    desk.run("notices", "send", "--channel", "email")
    messages(3)
    empty_box()
    desk.configure(lambda text: text.replace(tables, ""))
    print("webhooks: 3 forms taken, signatures verified, busy servers asked again with the same id")


def killed(desk, kills):
    """Kills senders at any moment, then lets one end."""
    people = "".join(f"p{n}@example.org\n" for n in range(PEOPLE))
    (desk.folder / "walk/people.csv").write_text("address\n" + people)
    desk.change("terms.md", "# Terms\n\nPay within twelve days.\n")
    chance = random.Random(6)
    began = time.monotonic()
    done = sum(kill(desk, number, chance) for number in range(kills))
    seconds = time.monotonic() - began
    settle()
    before = len(list(BOX.glob("*")))
    last = desk.run("notices", "send", "--no-live-check")
    finished = desk.ledger()[-1]
    assert finished["state"] == "finished", finished
    settle()
    to = collections.Counter(email.message_from_bytes(path.read_bytes())["X-Original-To"] for path in BOX.glob("*"))
    twice = [name for name, count in to.items() if count > 1]
    stages = desk.deliveries(finished["notice"])
    accepted, uncertain = finished["accepted"], finished["uncertain"]
    print(f"{done} kills in {seconds:.0f} s, with {before} mails delivered between them; of {PEOPLE} recipients {len(to)} were delivered to, {len(twice)} twice; the ledger has {accepted} accepted, {uncertain} uncertain, {finished['failed']} failed, the state {stages}")
    assert not twice, twice[:5]
    assert done == kills and before > PEOPLE / 10, "the kills did not hit the mailing"
    assert accepted + uncertain == PEOPLE and finished["failed"] == 0, finished
    assert stages.get(2, 0) == accepted and stages.get(4, 0) == uncertain, stages
    assert accepted <= len(to) <= accepted + uncertain
    assert uncertain <= done, "more than one message uncertain for a kill"
    assert desk.run("notices", "send", "--no-live-check") == "nothing is to be announced\n"
    desk.run("notices", "verify")
    assert last


def kill(desk, number, chance):
    """Starts a sender and kills it: most while it mails, some before. Tells whether it was still at work."""
    log = MAIL / "log"
    size = log.stat().st_size
    sender = subprocess.Popen([POLICYGEN, "notices", "send", "--no-live-check"], cwd=desk.repo, env=desk.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 5
    while number % 4 and log.stat().st_size == size and sender.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.1))
    was_at_work = sender.poll() is None
    sender.kill()
    sender.wait()
    return was_at_work


if __name__ == "__main__":
    guide, POLICYGEN, folder, kills = sys.argv[1:]
    POLICYGEN = str(pathlib.Path(POLICYGEN).absolute())
    main(guide, POLICYGEN, folder, kills)
