"""The log-in as a page: one form, no script, in the language and on the ground of the page that was asked for."""

from __future__ import annotations

from html import escape
from string import Template
from urllib.parse import urlencode

from twin.dashboard.language import CODES, OTHER, say

PAGE = Template("""<!DOCTYPE html>
<html lang="$code" data-mantine-color-scheme="$theme">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>$title</title>
<link rel="icon" type="image/svg+xml" href="/assets/icons/overview.svg">
<link rel="stylesheet" href="/assets/style.css"><link rel="stylesheet" href="/assets/account.css"></head>
<body class="door"><main class="card">
<h1>$title</h1>
$why
<form method="post" action="/login">
<input type="hidden" name="next" value="$there"><input type="hidden" name="lang" value="$language">
<label for="name">$name_label</label>
<input class="field" id="name" name="name" value="$name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required$first>
<label for="password">$password_label</label>
<input class="field" id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required$second>
<button class="act" type="submit">$enter</button>
</form>
$other
<p class="note">$help</p>
<p class="note"><a href="$switch" lang="$other_code" hreflang="$other_code">$other_language</a></p>
</main></body>
</html>
""")


def door(language: str, theme: str, there: str, why: str, name: str, other: bool) -> str:
    """The page.

    Parameters
    ----------
    there : address to go on to. why : what went wrong, or nothing. other : whether somebody else's log-in can be used.
    """
    words, off = say(language), OTHER[language]
    link = f'<p><a class="act other" href="/login/other?{escape(urlencode({"next": there}))}">{escape(words["accounts_other"])}</a></p>'
    alert = f'<div class="state error" role="alert" id="why"><span class="sign" aria-hidden="true">✕</span><span>{escape(why)}</span></div>'
    return PAGE.substitute(
        code=CODES[language], theme=theme, language=language, there=escape(there), name=escape(name), title=escape(words["accounts_log_in"]),
        why=alert if why else "", name_label=escape(words["accounts_name"]), password_label=escape(words["accounts_password"]),
        enter=escape(words["accounts_enter"]), other=link if other else "", help=escape(words["accounts_help"]),
        switch=escape("/login?" + urlencode({"next": there, "lang": off})), other_language=escape(say(off)["language"]), other_code=CODES[off],
        first="" if name else " autofocus", second=" autofocus" if name else "",
    )  # fmt: skip
