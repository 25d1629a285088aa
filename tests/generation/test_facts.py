from __future__ import annotations

import pytest

from generation.facts import missing_number


@pytest.mark.parametrize(
    ("claim", "quoted"),
    [
        ("It sold 1.2 million copies.", "It sold 1,200,000 copies."),
        ("It sold 2,500,000 copies.", "It sold 2.5 million copies."),
        ("It came in the 21st century.", "It came in the twenty-first century."),
        ("It had forty-two rooms.", "It had 42 rooms."),
        ("It was used in the 1990s.", "It has been used since about 1990."),
        ("It took 3 and 5 days.", "It took 5 and 3 days."),
        ("It was in season 3.", "It was in the third season."),
        ("It lasted into the 1800s.", "It lasted into the nineteenth century."),
        ("It began in the 18th century.", "It began in the 1700s."),
        ("It came ten years later.", "It was begun in 1785 and came in 1795."),
        ("It came on August 17, 2017.", "In the 2017 season it came on August 17."),
        ("It is 4,207 metres high.", "It stands 4,207 m above the sea."),
        ("It weighs 8.8 pounds.", "It weighs 4 kg (8.8 lb)."),
        ("It is 95% ice.", "It is ice to more than 95 per cent."),
        ("Apollo 11's crew waited.", "The crew of Apollo 11 waited."),
        ("She outlived him by three decades.", "She outlived him by thirty years."),
        ("It stood for two centuries.", "It stood for 200 years."),
        ("Drawn in 1901, it was adopted in 1902.", "Drawn in 1901, it was adopted the next year."),
        ("Hired in 1951, he left in 1955.", "Hired in 1951, he left after four years."),
        ("Begun in 1913, it ended in 1934.", "Begun in 1913, it ended twenty-one years later."),
        ("Begun in 1913, it was planned in 1910.", "It was planned three years before 1913."),
    ],
)
def test_a_number_is_said_however_it_is_written(claim: str, quoted: str) -> None:
    assert missing_number(claim, quoted) == ""


@pytest.mark.parametrize(
    ("claim", "quoted", "reason"),
    [
        ("It sold 1.3 million copies.", "It sold 1,200,000 copies.", "does not say 1.3 million"),
        (
            "It lasted into the 1700s.",
            "It lasted into the nineteenth century.",
            "does not say 1700",
        ),
        ("It came nine years later.", "It began in 1785 and came in 1795.", "does not say nine"),
        ("It came on August 18, 2017.", "In 2017 it came on August 17.", "does not say 18"),
        ("It lasted from 1940 to 1920.", "It lasted from 1920 to 1940.", "says 1920 to 1940"),
        ("He lived there (43 -- 1600).", "He lived there (1600 -- 43).", "says 1600 – 43"),
        ("It won 7 out of 3.", "It won 3 out of 7.", "says 3 out of 7"),
        ("It fell in its three week.", "It fell in its third week.", "does not say three"),
        ("It sold 4th copies.", "It sold 4 copies.", "does not say 4"),
        ("It was adopted in 1902.", "Drawn in 1901, it was adopted the next year.", "say 1902"),
        ("Hired in 1951, he left in 1956.", "Hired in 1951, he left after four years.", "say 1956"),
        ("It ran for ten years.", "It weighs 8.8 pounds.", "say ten"),
        ("It took 2.5 decades.", "It weighs 8 pounds.", "say 2.5 decade"),
        ("It ran for ten years.", f"It ran for {'9' * 5000} years.", "say ten"),
        ("Hired in 1951, he left in 1955.", f"1951: {'9' * 5000} years later.", "say 1955"),
        ("Begun in 1913, it ended in 1914.", "1913: it ended twenty-one years later.", "say 1914"),
        ("Begun in 1013, it ended in 1213.", "1013: it ended 1,200 years later.", "say 1213"),
        ("She outlived him by four decades.", "She outlived him by thirty years.", "say four"),
        ("It had forty-two rooms.", "It had forty rooms and two halls.", "does not say forty-two"),
    ],
)
def test_a_number_that_is_not_said_so_is_named(claim: str, quoted: str, reason: str) -> None:
    assert reason in missing_number(claim, quoted)
