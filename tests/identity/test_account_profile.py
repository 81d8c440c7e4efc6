"""My account: how a person is shown, and how they want to see the product."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test import Client
from PIL import Image, ImageOps
from pytest_django.fixtures import Settings

from audit.platform.models import PlatformEntry
from kernel.errors import Invalid, NotFound, TooLarge
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import pictures, records
from tenants.access.models import Membership
from tenants.commands.accepting import accept
from tenants.commands.account.profile import change_profile, remove_picture, set_picture
from tenants.commands.invitations import invite
from tenants.models import DirectoryEntry, Organization, User
from tenants.queries.account import pictures_of
from tenants.queries.invitations import token_of
from tenants.signin.commands import user_actor
from tests.identity import post
from tests.identity.browser import Browser
from tests.identity.world import BASE, OPS, house, join, operator, person, signed_in

ACCOUNT = f"{BASE}/account/"
PICTURE = f"{BASE}/account/picture/"
PAGES = ("/account/", "/account/email/", "/account/password/", "/account/email/confirm/open/")
POSTS = (*PAGES, "/account/picture/", "/account/picture/remove/")
WISHES = {"name": "Ada King", "time_zone": "Asia/Tokyo", "language": "en", "theme": "dark"}


@pytest.fixture(autouse=True)
def nothing_waits(committed: None) -> None:
    post.forget()


def drawing(form: str = "PNG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **how: object) -> bytes:
    """A picture that is red on the left and blue on the right."""
    image = Image.new(mode, size, "red" if mode == "RGB" else 0)
    if mode == "RGB":
        image.paste("blue", (size[0] // 2, 0, *size))
    out = BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def header_only(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def show(user: User, content: bytes) -> str:
    """Set a person's picture and return its key."""
    actor, encoded = user_actor(user), pictures.encode(content)
    with public_scope(actor=actor, source="console"):
        return set_picture(actor=actor, picture=encoded).picture


def upload(browser: Browser, content: bytes, name: str = "me.png") -> Any:
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return browser.at("localhost:8000").post(
        "/account/picture/",
        {"picture-picture": file},
        headers={"host": "localhost:8000"},
        REMOTE_ADDR=browser.address,
    )


def folder(user: User) -> list[str]:
    """What the storage holds of a person."""
    return sorted(path.name for path in (Path(settings.PRIVATE_STORAGE_ROOT) / "people" / str(user.pk)).glob("*"))


def entries(user: User) -> list[tuple[str, list[str]]]:
    """What the platform's log says about the account since it was made, signing in aside: event, changed fields."""
    told = PlatformEntry.objects.filter(object_pk=str(user.pk))
    rows = told.exclude(event__in=("create", "account.signed_in")).order_by("id")
    return [(row.event, sorted(row.changes or {})) for row in rows]


# The profile ------------------------------------------------------------------------------------


def test_a_saved_profile_is_kept_recorded_and_known_to_every_host(organization: Organization) -> None:
    user = person()
    join(organization, user)
    browser = signed_in(user)

    done = browser.post(ACCOUNT, WISHES)
    page = browser.follow(done)

    assert (done.status_code, done["Location"]) == (302, "/account/")
    assert b"Your profile is saved" in page.content
    now = User.objects.get(pk=user.pk)
    assert (now.name, now.time_zone, now.language, now.theme) == ("Ada King", "Asia/Tokyo", "en", "dark")
    for found in (records.account(user.pk), records.member(organization, user.pk)):
        assert found is not None
        assert (found.time_zone, found.language, found.theme, found.picture) == ("Asia/Tokyo", "en", "dark", "")
    assert entries(user) == [("update", ["name", "theme", "time_zone"]), ("person.changed_profile", [])]


def test_the_name_an_organization_knows_stays(organization: Organization) -> None:
    user = person()
    join(organization, user)
    signed_in(user).post(ACCOUNT, WISHES)

    with scope(organization, actor=SYSTEM, source="system"):
        assert Membership.objects.get(user_id=user.pk).name == "Ada Lovelace"


def test_saving_what_is_there_already_writes_nothing() -> None:
    user = person()
    signed_in(user).post(ACCOUNT, {"name": " Ada Lovelace ", "time_zone": "", "language": "en", "theme": "auto"})

    assert entries(user) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 121},
        {"name": "a\x00b"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"language": "xx"},
        {"language": ""},
        {"theme": "pink"},
    ],
)
def test_bad_input_changes_nothing(wrong: dict[str, str]) -> None:
    user = person()

    answer = signed_in(user).post(ACCOUNT, WISHES | wrong)

    assert answer.status_code == 422
    assert b"data-error-summary" in answer.content
    assert b'aria-invalid="true"' in answer.content
    assert entries(user) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "a\ud800b"}, "name_length"),
        ({"time_zone": "UTC\x00"}, "time_zone_unknown"),
        ({"language": "de"}, "language_unknown"),
        ({"theme": ""}, "theme_unknown"),
    ],
)
def test_the_command_refuses_what_no_form_sends(wrong: dict[str, str], code: str) -> None:
    user = person()

    with pytest.raises(Invalid) as caught, public_scope(actor=user_actor(user), source="console"):
        change_profile(actor=user_actor(user), **(WISHES | wrong))

    assert [error.code for error in caught.value.errors] == [code]
    assert entries(user) == []


def test_an_account_that_is_switched_off_or_nobody_has_no_profile() -> None:
    off = person(is_active=False)

    for actor in (user_actor(off), SYSTEM):
        with pytest.raises(NotFound), public_scope(actor=actor, source="console"):
            change_profile(actor=actor, **WISHES)

    assert entries(off) == []


def test_times_are_told_on_the_persons_own_clock(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)

    browser.open(f"{origin}/")
    before = browser.get(f"{origin}/campaigns/new/").content
    browser.post(ACCOUNT, WISHES)
    after = browser.get(f"{origin}/campaigns/new/").content

    assert b"Clock of UTC." in before
    assert b"Clock of Asia/Tokyo." in after


def test_the_theme_is_written_into_every_page(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    browser.open(f"{origin}/")

    def themes() -> list[bytes]:
        return [browser.get(url).content.partition(b"<head>")[0] for url in (ACCOUNT, f"{origin}/", f"{BASE}/choose/")]

    assert all(b' data-account-theme="auto"' in page and b" data-theme=" not in page for page in themes())
    browser.post(ACCOUNT, WISHES)
    assert all(b' data-theme="dark" data-account-theme="dark"' in page for page in themes())
    assert b"data-account-theme" not in Browser().get(f"{BASE}/sign-in/").content


# Who gets in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_sign_in_and_come_back(path: str) -> None:
    user, browser = person(), Browser()

    page = browser.open(f"{BASE}{path}")
    data = {"login": user.email, "password": "a-long-enough-password", "next": path}

    assert page.status_code == 200
    assert browser.here.startswith(f"{BASE}/sign-in/?next=%2Faccount")
    assert browser.post(f"{BASE}/sign-in/", data)["Location"] == path


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_its_token_or_its_person_is_refused(path: str) -> None:
    user = person()
    browser = signed_in(user)
    browser.at("localhost:8000").handler.enforce_csrf_checks = True

    assert browser.post(f"{BASE}{path}", WISHES).status_code == 403
    assert Browser().post(f"{BASE}{path}", WISHES)["Location"].startswith("/sign-in/?next=")
    assert entries(user) == []


def test_the_pages_live_on_the_sign_in_host_and_the_consoles_lead_there(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser, at_work = signed_in(user), signed_in(operator())
    browser.open(f"{origin}/")
    shown: Any = browser.get(ACCOUNT)

    assert browser.get(f"{origin}/account/").status_code == 404
    assert f'href="{ACCOUNT}"' in browser.get(f"{origin}/").content.decode()
    assert f'href="{ACCOUNT}"' in at_work.open(f"{OPS}/").content.decode()
    assert [item["label"] for item in shown.context["nav"][0]["items"]] == [
        "Profile", "E-mail", "Password",
    ]  # fmt: skip


# Pictures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        drawing(),
        drawing("JPEG"),
        drawing("WEBP"),
        drawing(size=(1, 900)),
        drawing(mode="P"),
        drawing(mode="LA"),
        drawing(mode="I;16"),
        drawing("JPEG", mode="CMYK"),
        drawing("PNG", save_all=True, append_images=[Image.new("RGB", (400, 300))]),
    ],
    ids=["png", "jpeg", "webp", "narrow", "palette", "grey and alpha", "16 bits", "cmyk", "animated"],
)
def test_a_picture_becomes_a_square_webp_of_its_own(content: bytes) -> None:
    user = person()

    answer = upload(signed_in(user), content, "anything.exe")

    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    key = User.objects.get(pk=user.pk).picture
    assert folder(user) == [Path(key).name]
    with Image.open(Path(settings.PRIVATE_STORAGE_ROOT) / key) as image:
        assert (image.format, image.size, getattr(image, "n_frames", 1)) == ("WEBP", (256, 256), 1)
    assert entries(user) == [("update", ["picture"]), ("person.set_picture", [])]


def test_it_is_turned_upright_and_loses_what_the_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: what is red on the left is to be on top
    exif[0x010E] = "HOME ADDRESS"
    content = drawing("JPEG", size=(300, 300), exif=exif, comment=b"SECRET COMMENT", icc_profile=b"PROFILE" * 20)

    encoded: bytes = pictures.encode(content)

    with Image.open(BytesIO(encoded)) as image:
        assert not image.info.keys() & {"exif", "icc_profile", "xmp", "comment"}
        red, blue = image.convert("RGB").getpixel((128, 20)), image.convert("RGB").getpixel((128, 235))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert (red[0] > 200, blue[2] > 200) == (True, True)
    assert not any(words in encoded for words in (b"HOME ADDRESS", b"SECRET COMMENT", b"PROFILE"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_large_picture_is_made_small_before_it_is_copied(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[tuple[int, int]] = []
    upright = ImageOps.exif_transpose

    def watched(image: Image.Image) -> Image.Image:
        turned.append(image.size)
        return upright(image)

    monkeypatch.setattr(ImageOps, "exif_transpose", watched)

    with Image.open(BytesIO(pictures.encode(drawing("PNG", (2400, 1200), mode)))) as image:
        assert image.size == (256, 256)
    assert turned == [(1024, 512)]


def test_uploads_are_limited_and_decoded_outside_every_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    user, encode = person(), pictures.encode
    inside: list[bool] = []

    def watched(content: bytes) -> pictures.Encoded:
        inside.append(connection.in_atomic_block)
        return encode(content)

    monkeypatch.setattr("console.public.account.encode", watched)
    browser = signed_in(user)

    answers = [upload(browser, drawing(size=(50 + number, 50))).status_code for number in range(6)]

    assert answers == [302] * 5 + [429]
    assert inside == [False] * 5


def test_what_shines_through_stays_so() -> None:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    out = BytesIO()
    image.save(out, "PNG")

    with Image.open(BytesIO(pictures.encode(out.getvalue()))) as encoded:
        assert encoded.mode == "RGBA"
        assert encoded.getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture_unreadable"),
        (b"GIF89a" + b"\x00" * 50, "picture_unreadable"),
        (drawing("GIF"), "picture_unreadable"),
        (drawing("BMP"), "picture_unreadable"),
        (drawing("TIFF"), "picture_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "picture_unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "picture_unreadable"),
        (drawing()[:200], "picture_unreadable"),
        (drawing("JPEG")[:300], "picture_unreadable"),
        (header_only(100, 100), "picture_unreadable"),
        (header_only(0, 5), "picture_unreadable"),
        (header_only(5000, 2501), "picture_pixels"),
        (header_only(12_000, 10_000), "picture_pixels"),
        (header_only(60_000, 60_000), "picture_pixels"),
    ],
    ids=[
        "nothing", "false gif", "gif", "bmp", "tiff", "svg", "postscript", "cut png", "cut jpeg", "empty png",
        "no width", "12.5 megapixels and a few", "120 megapixels", "3600 megapixels",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_by_its_content(content: bytes, code: str) -> None:
    user = person()
    former = show(user, drawing(size=(50, 50)))
    post.forget()

    with pytest.raises(Invalid) as caught:
        show(user, content)
    answer = upload(signed_in(user), content)

    assert [error.code for error in caught.value.errors] == [code]
    assert answer.status_code == 422
    assert b'id="id_picture-picture_note"' in answer.content
    assert User.objects.get(pk=user.pk).picture == former
    assert folder(user) == [Path(former).name]


def test_a_large_file_is_dropped_before_it_is_kept(settings: Settings) -> None:
    settings.MAX_PICTURE_BYTES = 100_000
    user = person()

    answer = upload(signed_in(user), b"x" * 300_000)
    with pytest.raises(TooLarge):
        show(user, b"x" * 100_001)

    assert answer.status_code == 413
    assert b"A picture may have" in answer.content
    assert (User.objects.get(pk=user.pk).picture, folder(user)) == ("", [])


def test_no_file_is_said_beside_the_field() -> None:
    answer = signed_in(person()).post(PICTURE)

    assert answer.status_code == 422
    assert b"data-error-summary" in answer.content


def test_the_former_picture_goes_once_the_new_one_is_committed() -> None:
    user = person()
    first = show(user, drawing())
    second = show(user, drawing(size=(90, 90), mode="L"))

    assert folder(user) == sorted([Path(first).name, Path(second).name])
    post.deliver()
    assert folder(user) == [Path(second).name]
    assert show(user, drawing(size=(90, 90), mode="L")) == second
    post.deliver()
    assert folder(user) == [Path(second).name]


def test_a_picture_that_was_rolled_back_goes_with_the_next_one() -> None:
    user = person()
    actor = user_actor(user)
    with pytest.raises(RuntimeError), public_scope(actor=actor, source="console"):
        set_picture(actor=actor, picture=pictures.encode(drawing()))
        raise RuntimeError
    assert (User.objects.get(pk=user.pk).picture, len(folder(user))) == ("", 1)

    key = show(user, drawing(mode="L"))
    post.deliver()

    assert folder(user) == [Path(key).name]


def test_a_removed_picture_is_gone_everywhere(organization: Organization) -> None:
    user = person()
    join(organization, user)
    key = show(user, drawing())
    browser = signed_in(user)

    done = browser.post(f"{PICTURE}remove/")
    browser.post(f"{PICTURE}remove/")
    post.deliver()

    assert done.status_code == 302
    assert browser.get(BASE + pictures.url_of(key)).status_code == 404
    assert (User.objects.get(pk=user.pk).picture, folder(user)) == ("", [])
    assert DirectoryEntry.objects.get(user=user).picture == ""
    assert [event for event, _fields in entries(user)].count("person.removed_picture") == 1
    with public_scope(actor=user_actor(user), source="console"):
        remove_picture(actor=user_actor(user))


def test_who_may_see_the_person_sees_the_picture(organization: Organization, other_organization: Organization) -> None:
    user, colleague, stranger = person(), person(), person()
    origin, elsewhere = house(organization), house(other_organization)
    join(organization, user)
    join(organization, colleague)
    join(other_organization, stranger)
    path = pictures.url_of(show(user, drawing()))
    at_work = signed_in(operator())
    at_work.open(f"{OPS}/")
    browsers = {who.pk: signed_in(who) for who in (user, colleague, stranger)}
    browsers[user.pk].open(f"{origin}/")
    browsers[colleague.pk].open(f"{origin}/")
    browsers[stranger.pk].open(f"{elsewhere}/")

    seen = [
        browsers[user.pk].get(BASE + path),
        browsers[user.pk].get(origin + path),
        browsers[colleague.pk].get(BASE + path),
        browsers[colleague.pk].get(origin + path),
        at_work.get(OPS + path),
        at_work.get(BASE + path),
    ]
    unseen = [
        browsers[stranger.pk].get(BASE + path),
        browsers[stranger.pk].get(elsewhere + path),
        browsers[stranger.pk].get(origin + path),
        Browser().get(BASE + path),
        Browser().get(origin + path),
        Browser().get(OPS + path),
    ]

    assert [answer.status_code for answer in seen] == [200] * 6
    assert [answer.status_code for answer in unseen] == [404] * 6
    for answer in seen:
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.content.startswith(b"RIFF")


def test_only_the_present_picture_is_served() -> None:
    user = person()
    first = show(user, drawing())
    show(user, drawing(mode="L"))
    browser = signed_in(user)

    paths = [
        pictures.url_of(first),
        f"/account/pictures/{user.pk}/x.webp",
        f"/account/pictures/{user.pk}/..%2F..%2Fsecret.webp",
        f"/account/pictures/{user.pk}/%00.webp",
        "/account/pictures/nobody/x.webp",
    ]

    assert [browser.get(BASE + path).status_code for path in paths] == [404] * 5
    assert browser.post(BASE + pictures.url_of(first)).status_code == 405


def test_a_file_that_is_lost_is_not_found() -> None:
    user = person()
    key = show(user, drawing())
    (Path(settings.PRIVATE_STORAGE_ROOT) / key).unlink()

    assert signed_in(user).get(BASE + pictures.url_of(key)).status_code == 404


def test_the_menu_shows_it_on_every_host(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    path = pictures.url_of(show(user, drawing()))
    browser = signed_in(user)

    for url in (ACCOUNT, f"{origin}/"):
        assert f'<img src="{path}" alt=""' in browser.open(url).content.decode()


def test_an_organization_knows_the_pictures_of_its_people(
    organization: Organization, other_organization: Organization
) -> None:
    user, plain = person(), person()
    key = show(user, drawing())
    admin = join(organization, person(), "admin")
    house(organization)
    join(organization, plain)
    with scope(organization, actor=admin, source="console"):
        invitation = invite(actor=admin, organization=organization, email=user.email, name="", role="viewer")
    accept(actor=user_actor(user), token=token_of(invitation))

    with scope(organization, actor=admin, source="console"):
        assert pictures_of(organization.pk, [user.pk, plain.pk]) == {user.pk: key}
    with scope(other_organization, actor=SYSTEM, source="system"):
        assert pictures_of(other_organization.pk, [user.pk]) == {}


def test_the_avatar_falls_back_to_initials() -> None:
    template = Template('{% include "console/parts/avatar.html" with name=name picture=picture size=size only %}')

    plain = template.render(Context({"name": "Ada <King>", "picture": "", "size": ""}))
    shown = template.render(Context({"name": "Ada", "picture": "people/1/2.webp", "size": "large"}))

    assert plain.strip() == '<span class="avatar" aria-hidden="true">A</span>'
    assert 'class="avatar avatar-large"' in shown
    assert 'src="/account/pictures/1/2.webp" alt=""' in shown


def test_strangers_leave_no_files(tmp_path: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)

    answer = Client(headers={"host": "localhost:8000"}).post(
        "/account/picture/", {"picture-picture": SimpleUploadedFile("me.png", drawing())}
    )

    assert answer.status_code == 302
    assert list(tmp_path.iterdir()) == []
