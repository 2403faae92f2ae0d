"""What the peers ask: language, consent, three issues each with a why, one idea of three texts, review, submit."""

from __future__ import annotations

from typing import Final

LANGUAGE: Final = "Mirë se vini! Zgjidhni gjuhën.\n\nWelcome! Choose your language."
CONSENT: Final = (
    "Para se të fillojmë: ruajmë atë që na shkruani pasi të pajtoheni. Nuk ruajmë emrin ose numrin e telefonit. "
    "Përgjigjet i lexojnë sekretariatet e planit; ato mund të botohen pa treguar kush i shkroi."
)
ISSUES: Final = tuple(f"Çështja {n} nga 3. Cila është çështja? Shkruani lirisht." for n in (1, 2, 3))
WHYS: Final = tuple(f"Çështja {n} nga 3. Pse është e rëndësishme?" for n in (1, 2, 3))
IDEA: Final = "Ideja. Përshkruani shkurt idenë në tërësi."
PROBLEM: Final = "Ideja. Cilin problem do të trajtojë ideja?"
OBJECTIVE: Final = "Ideja. Cili është objektivi kryesor i idesë?"
DONE: Final = "Faleminderit. Doni ta lexoni edhe një herë kontributin tuaj?"
CHECK: Final = "Lexojeni kontributin edhe një herë para se ta dërgoni. Ende nuk është dërguar."
THANKS: Final = "Shumë faleminderit! Kontributi juaj u dërgua."

QUESTIONS: Final = (
    *(each for pair in zip(ISSUES, WHYS, strict=True) for each in pair),
    IDEA,
    PROBLEM,
    OBJECTIVE,
)
SLOTS: Final = ("issue1", "why1", "issue2", "why2", "issue3", "why3", "idea", "problem", "objective")
"""How the answers to `QUESTIONS` are called in the database."""

SHQIP, ENGLISH, AGREE, DECLINE, REVIEW, SUBMIT = "sq", "en", "agree", "decline", "review", "submit"
"""What the buttons carry."""
