"""The page of licences has every pinned package."""

from tests.house.licences import PAGE, pinned


def test_every_pinned_package_is_on_the_page_with_its_version() -> None:
    page = PAGE.read_text(encoding="utf-8")
    left = page.partition("Pinned and not installed")[2]
    for name, version in pinned().items():
        assert f"| {name} | {version} | " in page or name in left
