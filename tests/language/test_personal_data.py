"""One list of what personal data is: each kind in the forms people write, and what only looks like it."""

from itertools import pairwise

import pytest

from earmark.copywriting.grounding.privacy import names_in, private_detail_in
from earmark.language.personal_data.details import details_in
from earmark.language.privacy import mask

E_MAILS = """
jane.roe at example dot com
JANE.ROE AT EXAMPLE DOT COM
jane dot roe at gmail dot com
jane (at) example [dot] com
jane_at_example_dot_com
jane.roe@localhost
janeroe at gmail
jane.roe＠example．com
jane.roe at example.com
"""
LINKS = """
t.me/janeroe84
janeroe.pl
example.ru/janeroe
bit.ly/3xJane
example.co.jp/menu
ftp://example.com/x
hxxp://example.com
janeroe.blog/about
see janeroe.it
more on jane-roe.me
[menu](https://example.com)
example dot com
"""
HANDLES = """
my twitter handle is janeroe84
insta: jane_roe84
janeroe84 on twitter
IG jane_roe
snap janeroe84
tiktok: @jane.roe
discord jane#1234
Venmo @jane-roe
follow me on instagram janeroe
add me on telegram as janeroe
my snapchat is janeroe
cashapp $janeroe
u/janeroe84
username: jane_roe
"""
NUMBERS = """
212 – 555 – 0187
２１２－５５５－０１８７
212,555,0187
(02) 9876 5432
06 12 34 56 78
+91 98765 43210
0049 30 901820
1-800-555-0199
five five five oh one four two
order #A1B2C3D4
order number 12345
booking ref ABC123
invoice INV-2023-0012
tracking 1Z999AA10123456784
loyalty number 998877
DE89370400440532013000
GB29 NWBK 6016 1331 9268 19
card ending in 4242
passport X12345678
NI QQ123456C
SSN 123-45-6789
my order (12345) came
CVV 123
reg AB12 CDE
driver's license D1234567
licence plate B-MW 1234
VIN 1HGCM82633A004352
2001:db8::ff00:42:8329
192.168.1.20
00:1B:44:11:3A:B7
IMEI 490154203237518
serial number C02XG0FDH7JY
medical record number 00123
bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq
"""
BIRTHS = """
born 3/4/1985
DOB: 04/03/1985
born on March 4, 1985
birthday is 4 March 1985
"""
ADDRESSES = """
at 123 main street
12B Baker St
5 Rosewood Crescent
4 Cedar Close
742 Evergreen Terrace
123 Main St, Apt 4B, Springfield, IL 62704
P.O. Box 4521
Flat 3B
Hauptstraße 5, 80331 München
Bahnhofstr. 12
10 rue de Rivoli, 75001 Paris
Via Roma 12
İstiklal Caddesi No: 5
Václavské náměstí 1
00-950 Warszawa
테헤란로 123
Calle Mayor 3
Rua Augusta, 45
ul. Długa 5
Keizersgracht 100
Storgatan 4
ул. Ленина, д. 5
東京都港区芝公園4-2-8
SW1A 2AA London
K1A 0B1
1012 AB Amsterdam
90210-1234
40.7128, -74.0060
"""
NAMES = """
maria was our server.
MARIA WAS OUR SERVER.
Our server was Wojciech.
our server was wojciech.
our waitress was zbigniewa and she was quick
Best regards, Dmitri Volkov
best regards, dmitri volkov
Signed, Beatrice Hollingsworth
Herr Schmidt greeted us.
Frau Dr. Weber half uns.
Prof. Ngata recommended it.
Mr & Mrs Quackenbush came.
Siobhán O'Brien served us.
I'm Hortense and I come weekly.
My daughter Saoirse loved it.
my husband, Bartholomew, hated it
Kwame and Adjoa were wonderful hosts.
thanks to Thandiwe
Thanks again, Quillon!
Quillon was amazing, she made it fun.
the girl at the counter, Quillon, was fun
our waiter for the night was Quillon
helped by the wonderful Quillon
Quillon, who was there
his name's quillon
mrs quillon was there
shout out to quillon!
Ask for Xochitl at the bar!
Owner Mehmetcan came out.
the waiter (Quillon) was quick
Quillon and his team
Zbysiek took care of us all night.
Quanisha was attentive.
Brunhilde's smile made us happy
the appointment with Perpetua
my name is olubunmi
J. Smith
- Olubunmi A.
José Luis de la Cruz was our guide
María fue nuestra camarera.
Anneliese war unsere Kellnerin.
Ольга была нашей официанткой.
Нас обслуживала Ольга.
田中さんは親切でした
服务员王小明很好
김민수 씨는 친절했어요
"""
OF_KIND = {
    "e-mail": E_MAILS,
    "link": LINKS,
    "handle": HANDLES,
    "number": NUMBERS,
    "date": BIRTHS,
    "address": ADDRESSES,
    "name": NAMES,
}
FORMS = [(kind, form) for kind, forms in OF_KIND.items() for form in forms.strip().splitlines()]
ORDINARY = """
The model X100 has USB 3.0, 12 oz of water and 5 stars.
Size 10, 2 x 4 inches, 1920 x 1080 at 60 Hz, 100-240V 50/60Hz, 10,000 mAh, ISO 9001.
Bought in March 2020 for $1,299.00, on 12/25/2019 or 2019-05-12, from 2019 - 2021.
The batteries last 20000-30000 hours. Fits sizes 8, 10, 12, 14 and 16. Order 2 pizzas.
Version 1.2.3.4 of the firmware, HDMI 2.1, MP3 4GB, A4 paper, B12 5 mg, part number 12345.
Part no. 12345-678, model 5550142, ISBN 978-3-16-148410-0, UPC: 012345678905, SKU EZEX10WD00BN5A0123.
I use node.js, e.g. at home, i.e. here. Everything was fine.The food is.It was great.no complaints.
We drove 5 minutes down the road, 20 minute drive, 4 lane highway, 5 star place, 12 inch square.
The ticket was 45.00, the reservation was for 8 at 7:30 and the case is 12 mm thick.
Our server was amazing. Our waiter was so nice. OUR SERVER WAS GREAT. Our Server was Great.
The Copper Ladle is welcoming. Copper Ladle was our favorite. Patio is so nice.
Thanks to everyone, ask for extra napkins, served by candlelight. I'm Italian and I'm so happy.
The best part was our server. He was our waiter. This was our first visit.
The Thai food, Caesar salad, Philly cheesesteak and Moscow mule. New York is far.
My daughter loved it. My husband and I came Saturday. The hostess seated us. The owner, who was kind, came.
Instagram is great, I saw it on Facebook and Twitter.
I played it on my Les Paul. Amazon helped us. Sony was rude.
"""


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_every_form_is_masked_as_its_kind(kind, form):
    masked = mask(f"It was fine. {form}" if kind != "name" else form)
    assert kind in masked.found, masked.text


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_what_is_masked_is_withheld_too(kind, form):
    found = names_in(form) if kind == "name" and form.isascii() else {d.kind.mark for d in details_in(form)}
    assert found
    if kind != "name":
        assert private_detail_in(form)


@pytest.mark.parametrize("text", ORDINARY.strip().splitlines())
def test_what_only_looks_private_is_left_alone(text):
    assert mask(text).text == text
    assert private_detail_in(text) is None
    assert names_in(text) == set()


def test_a_mask_takes_the_detail_and_leaves_the_rest():
    text = "Ask for Xochitl (order #A1B2C3D4) at 12B Baker St or 212–555–0187; insta: jane_roe84, born 3/4/1985!"
    masked = "Ask for [name] (order #[number]) at [address] or [number]; insta: [handle], born [date]!"
    assert mask(text).text == masked


def test_details_lie_where_they_stand_in_the_text():
    text = "“Ольга” — call ２１２－５５５－０１８７ or jane.roe＠example．com"
    stand = [(detail.kind.mark, text[detail.start : detail.end]) for detail in details_in(text)]
    assert stand == [("e-mail", "jane.roe＠example．com"), ("number", "２１２－５５５－０１８７")]


def test_no_two_details_overlap():
    text = "Our server J. Maria Smith, jane.roe@example.com/x, +1 (212) 555-0187, 12 Baker St, IL 62704, example.com"
    spans = sorted((detail.start, detail.end) for detail in details_in(text))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_what_is_hidden_in_a_detail_does_not_hide_it():
    assert mask("jane@exam\u200bple.com and 212\u00ad555\u200d0187").text == "[e-mail] and [number]"


def test_a_long_text_is_read_in_time():
    assert mask("a-b.c_d " * 4_000).found == ()
    assert mask("Anna " + "1 2 " * 4_000).found[-1] == "name"
    for piece in ("x", "a-", "a.", "Aa ", "Aa-", "1", "1-", "a1", "@", "(at)", "was our ", "one "):
        mask(piece * 4_000)
