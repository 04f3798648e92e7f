"""What an applicant sees of the lending application, in a browser, one function a scenario:
    pages_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds
TENANTRY_PICTURES is a folder for pictures of the pages, to be looked at."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from browser import PROGRAM, Browser
from live_machine import Daemon, authority
from store_scenarios import lending

TOP = Path(__file__).resolve().parents[3]
__all__ = ["PROGRAM"]
HOSTS = ("acme.lend.localhost", "norte.lend.localhost")
WORDS = {
    "es": ("Un préstamo que se entiende", "Escribe tu nombre, por favor.", "Aprobada", "ninguna central de riesgos", "Ahora mismo no estamos disponibles."),
    "en": ("A loan that you understand", "Please write your name.", "Approved", "no credit bureau was asked", "We cannot be reached this moment."),
}


def picture(browser, name):
    if folder := os.environ.get("TENANTRY_PICTURES"):
        browser.picture(Path(folder) / f"{name}.png")


def apply(browser, host, language):
    title, wrong, approved, bureau, _ = WORDS[language]
    tenant = host.partition(".")[0]
    browser.open(f"https://{host}:8443/")
    browser.until("document.querySelector('#instalment').innerText")
    browser.click(f"[data-language={language}]")
    assert browser.text("h1") == title and browser.text("#tenant") == tenant.capitalize() and browser.text("#stage") == "demo"
    picture(browser, f"{tenant}-1-form")
    browser.click("#apply")
    assert browser.text("#name-wrong") == wrong and not browser.shows("#decision"), "nothing is sent that lacks a name"
    picture(browser, f"{tenant}-2-wrong")
    browser.write("#name", f"Ana <b>{tenant}</b>")
    browser.write("#email", "ana@example.org")
    browser.click("#apply")
    browser.until("!document.querySelector('#decision').hidden")
    browser.until("document.querySelectorAll('#rows tr').length === 5")
    assert browser.text("#decision-title") == approved and bureau in browser.text("#without-bureau")
    assert browser.text("#rows tr td") == f"Ana <b>{tenant}</b>", "the newest is the first, and a name is no markup"
    picture(browser, f"{tenant}-3-decision")
    return browser.js("getComputedStyle(document.querySelector('header')).backgroundColor")


def an_applicant_sees_decision_and_list_of_the_own_lender_alone(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    shutil.rmtree(lend.folder / "build/web/srv/www")
    shutil.copytree(TOP / "examples/lending/web/srv/www", lend.folder / "build/web/srv/www")
    lend("up")
    browser = Browser(authority(), HOSTS)
    try:
        brands = [apply(browser, host, language) for host, language in zip(HOSTS, ("es", "en"))]
        assert brands[0] != brands[1], "a colour of its own for each lender"
        assert "acme" not in browser.text("#rows"), "of the other lender's applications there is none"
        browser("Network.setBlockedURLs", urls=["*/api/*"])
        browser.open(f"https://{HOSTS[1]}:8443/")
        browser.until("document.querySelector('#trouble').innerText")
        assert browser.text("#trouble").startswith(WORDS["en"][4]) and browser.shows("#form")
        picture(browser, "norte-4-away")
        browser("Network.setBlockedURLs", urls=[])
        browser.until("document.querySelector('#instalment').innerText && !document.querySelector('#trouble').innerText")
        browser.size(390, 844, mobile=True)
        assert browser.js("document.documentElement.scrollWidth <= 390"), "it fits a phone"
        picture(browser, "norte-5-phone")
    finally:
        browser.end()
    lend("down", "*")
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
