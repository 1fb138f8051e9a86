"""What Unicode says of emoji and look-alike letters. `tools.unicode_tables` wrote it.

Sets of characters are written as between the brackets of a regular expression.

Data: emoji-variation-sequences.txt and emoji-zwj-sequences.txt of UTS #51, version 17.0;
confusables.txt of UTS #39, version 15.1. Copyright Unicode, Inc.;
https://www.unicode.org/license.txt
"""

# Behind these a presentation selector is ordinary.
SELECTABLE = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9-\u21aa\u231a-\u231b\u2328"
    "\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa-\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600"
    "-\u2604\u260e\u2611\u2614-\u2615\u2618\u261d\u2620\u2622-\u2623\u2626\u262a\u262e-"
    "\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f-\u2660\u2663\u2665-\u2666\u2668"
    "\u267b\u267e-\u267f\u2692-\u2697\u2699\u269b-\u269c\u26a0-\u26a1\u26a7\u26aa-"
    "\u26ab\u26b0-\u26b1\u26bd-\u26be\u26c4-\u26c5\u26c8\u26ce-\u26cf\u26d1\u26d3-"
    "\u26d4\u26e9-\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f"
    "\u2712\u2714\u2716\u271d\u2721\u2728\u2733-\u2734\u2744\u2747\u274c\u274e\u2753-"
    "\u2755\u2757\u2763-\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934-\u2935\u2b05-\u2b07"
    "\u2b1b-\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f004\U0001f170-\U0001f171"
    "\U0001f17e-\U0001f17f\U0001f202\U0001f21a\U0001f22f\U0001f237\U0001f30d-\U0001f30f"
    "\U0001f315\U0001f31c\U0001f321\U0001f324-\U0001f32c\U0001f336\U0001f378\U0001f37d"
    "\U0001f393\U0001f396-\U0001f397\U0001f399-\U0001f39b\U0001f39e-\U0001f39f"
    "\U0001f3a7\U0001f3ac-\U0001f3ae\U0001f3c2\U0001f3c4\U0001f3c6\U0001f3ca-\U0001f3ce"
    "\U0001f3d4-\U0001f3e0\U0001f3ed\U0001f3f3\U0001f3f5\U0001f3f7\U0001f408\U0001f415"
    "\U0001f41f\U0001f426\U0001f43f\U0001f441-\U0001f442\U0001f446-\U0001f449\U0001f44d"
    "-\U0001f44e\U0001f453\U0001f46a\U0001f47d\U0001f4a3\U0001f4b0\U0001f4b3\U0001f4bb"
    "\U0001f4bf\U0001f4cb\U0001f4da\U0001f4df\U0001f4e4-\U0001f4e6\U0001f4ea-\U0001f4ed"
    "\U0001f4f7\U0001f4f9-\U0001f4fb\U0001f4fd\U0001f508\U0001f50d\U0001f512-\U0001f513"
    "\U0001f549-\U0001f54a\U0001f550-\U0001f567\U0001f56f-\U0001f570\U0001f573-"
    "\U0001f579\U0001f587\U0001f58a-\U0001f58d\U0001f590\U0001f5a5\U0001f5a8\U0001f5b1-"
    "\U0001f5b2\U0001f5bc\U0001f5c2-\U0001f5c4\U0001f5d1-\U0001f5d3\U0001f5dc-"
    "\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8\U0001f5ef\U0001f5f3\U0001f5fa\U0001f610"
    "\U0001f687\U0001f68d\U0001f691\U0001f694\U0001f698\U0001f6ad\U0001f6b2\U0001f6b9-"
    "\U0001f6ba\U0001f6bc\U0001f6cb\U0001f6cd-\U0001f6cf\U0001f6e0-\U0001f6e5\U0001f6e9"
    "\U0001f6f0\U0001f6f3"
)

# What is joined by U+200D: on the left any of the first, on the right of the second.
JOINED = (
    ("\u2640\u2642\U0001f9af\U0001f9bc-\U0001f9bd", "\u27a1"),
    ("\u26d3", "\U0001f4a5"),
    (
        "\u26f9\U0001f3c4\U0001f3ca-\U0001f3cc\U0001f46e-\U0001f471\U0001f473\U0001f477"
        "\U0001f481-\U0001f482\U0001f486-\U0001f487\U0001f575\U0001f645-\U0001f647"
        "\U0001f64b\U0001f64d-\U0001f64e\U0001f6a3\U0001f6b4-\U0001f6b5\U0001f926\U0001f935"
        "\U0001f937-\U0001f939\U0001f93c-\U0001f93e\U0001f9b8-\U0001f9b9\U0001f9cd"
        "\U0001f9cf\U0001f9d4\U0001f9d6-\U0001f9df",
        "\u2640\u2642",
    ),
    ("\u2764", "\U0001f468-\U0001f469\U0001f48b\U0001f525\U0001f9d1\U0001fa79"),
    ("\U0001f344", "\U0001f7eb"),
    ("\U0001f34b", "\U0001f7e9"),
    ("\U0001f3c3\U0001f6b6\U0001f9ce", "\u2640\u2642\u27a1"),
    ("\U0001f3f3", "\u26a7\U0001f308"),
    ("\U0001f3f4", "\u2620"),
    ("\U0001f408", "\u2b1b"),
    ("\U0001f415", "\U0001f9ba"),
    ("\U0001f426", "\u2b1b\U0001f525"),
    ("\U0001f430\U0001f48b\U0001f91d\U0001faef", "\U0001f468-\U0001f469\U0001f9d1"),
    ("\U0001f43b", "\u2744"),
    ("\U0001f441", "\U0001f5e8"),
    ("\U0001f466", "\U0001f466"),
    ("\U0001f467", "\U0001f466-\U0001f467"),
    (
        "\U0001f468",
        "\u2695-\u2696\u2708\u2764\U0001f33e\U0001f373\U0001f37c\U0001f393\U0001f3a4"
        "\U0001f3a8\U0001f3eb\U0001f3ed\U0001f430\U0001f466-\U0001f469\U0001f4bb-\U0001f4bc"
        "\U0001f527\U0001f52c\U0001f680\U0001f692\U0001f91d\U0001f9af-\U0001f9b3\U0001f9bc-"
        "\U0001f9bd\U0001faef",
    ),
    (
        "\U0001f469",
        "\u2695-\u2696\u2708\u2764\U0001f33e\U0001f373\U0001f37c\U0001f393\U0001f3a4"
        "\U0001f3a8\U0001f3eb\U0001f3ed\U0001f430\U0001f466-\U0001f467\U0001f469\U0001f4bb-"
        "\U0001f4bc\U0001f527\U0001f52c\U0001f680\U0001f692\U0001f91d\U0001f9af-\U0001f9b3"
        "\U0001f9bc-\U0001f9bd\U0001faef",
    ),
    ("\U0001f62e", "\U0001f4a8"),
    ("\U0001f635", "\U0001f4ab"),
    ("\U0001f636", "\U0001f32b"),
    ("\U0001f642", "\u2194-\u2195"),
    (
        "\U0001f9d1",
        "\u2695-\u2696\u2708\u2764\U0001f33e\U0001f373\U0001f37c\U0001f384\U0001f393"
        "\U0001f3a4\U0001f3a8\U0001f3eb\U0001f3ed\U0001f430\U0001f4bb-\U0001f4bc\U0001f527"
        "\U0001f52c\U0001f680\U0001f692\U0001f91d\U0001f9af-\U0001f9b3\U0001f9bc-\U0001f9bd"
        "\U0001f9d1-\U0001f9d2\U0001fa70\U0001faef",
    ),
    ("\U0001f9d2", "\U0001f9d2"),
    ("\U0001faf1", "\U0001faf2"),
)

# Letters of other scripts that look like a letter of ASCII.
LOOKALIKE = (
    "\u037f\u0391-\u0392\u0395-\u0397\u0399-\u039a\u039c-\u039d\u039f\u03a1\u03a4-"
    "\u03a5\u03a7\u03bf\u03dc\u03fa\u0405-\u0406\u0408\u0410\u0412\u0415\u041a\u041c-"
    "\u041e\u0420-\u0423\u0425\u042c\u0430\u0433\u0435\u043e\u0440-\u0441\u0443\u0445"
    "\u0455-\u0456\u0458\u0461\u0474-\u0475\u04ae-\u04af\u04bb\u04bd\u04c0\u04cf\u0501"
    "\u050c\u051b-\u051d\u054d\u054f\u0555\u0561\u0563\u0566\u0570\u0578\u057c-\u057d"
    "\u0581\u0584-\u0585\u13a0-\u13a2\u13a5\u13a9-\u13ac\u13b3\u13b7\u13bb\u13bd\u13c0"
    "\u13c2-\u13c3\u13cf\u13d2\u13d4-\u13d5\u13d9-\u13da\u13de-\u13df\u13e2\u13e6-"
    "\u13e7\u13f3-\u13f4\u2c85\u2c8e\u2c92\u2c94\u2c98\u2c9a\u2c9e-\u2c9f\u2ca2-\u2ca6"
    "\u2ca8\u2cac\u2cd0\ua4d0-\ua4d4\ua4d6-\ua4d7\ua4d9-\ua4da\ua4dc-\ua4dd\ua4df-"
    "\ua4e3\ua4e6-\ua4e7\ua4ea-\ua4ec\ua4ee\ua4f0\ua4f2-\ua4f4\ua647\uab75\uab81\uab83"
    "\uab93\uaba9-\uabaa\uabaf\U000102f5\U00010404\U00010415\U0001041b\U00010420"
    "\U0001042c\U0001043d\U00010448\U000104b4\U000104c2\U000104ce\U000104ea\U000104f6"
)

# A character, and the letters and digits of ASCII that it looks like.
PROTOTYPES = (
    "\xc6AE \xd7x \xe6ae \u0131i \u0152OE \u0153oe \u0184b \u018dg \u0196l \u01a6R "
    "\u01a72 \u01b73 \u01bc5 \u01bds \u01c0l \u01c1ll \u021c3 \u02228 \u02238 \u0251a "
    "\u0261g \u0263y \u0269i \u026ai \u026fw \u028bu \u028fy \u02a3dz \u02a6ts \u02aals"
    " \u02ablz \u037fJ \u0391A \u0392B \u0395E \u0396Z \u0397H \u0399l \u039aK \u039cM "
    "\u039dN \u039fO \u03a1P \u03a4T \u03a5Y \u03a7X \u03b1a \u03b3y \u03b9i \u03bdv "
    "\u03bfo \u03c1p \u03c3o \u03c5u \u03dcF \u03e82 \u03f3j \u03faM \u0405S \u0406l "
    "\u0408J \u0410A \u0412B \u0415E \u04173 \u041aK \u041cM \u041dH \u041eO \u0420P "
    "\u0421C \u0422T \u0423Y \u0425X \u042bbl \u042cb \u042elO \u0430a \u04316 \u0433r "
    "\u0435e \u043eo \u0440p \u0441c \u0443y \u0445x \u0455s \u0456i \u0458j \u0461w "
    "\u0474V \u0475v \u04aeY \u04afy \u04bbh \u04bde \u04c0l \u04cfi \u04d4AE \u04d5ae "
    "\u04e03 \u0501d \u050cG \u051bq \u051cW \u051dw \u054dU \u054fS \u0555O \u0561w "
    "\u0563q \u0566q \u0570h \u0578n \u057cn \u057du \u0581g \u0584f \u0585o \u06f1l "
    "\u06f5o \u06f7V \u0966o \u09e6O \u09ea8 \u09ed9 \u0a66o \u0a679 \u0a6a8 \u0ae6o "
    "\u0b038 \u0b20O \u0b66O \u0b689 \u0be6o \u0c02o \u0c66o \u0c82o \u0ce6o \u0d02o "
    "\u0d20o \u0d66o \u0d6d9 \u0d82o \u0e50o \u0ed0o \u101do \u1040o \u10e7y \u10ffo "
    "\u1200U \u12d0O \u13a0D \u13a1R \u13a2T \u13a5i \u13a9Y \u13aaA \u13abJ \u13acE "
    "\u13b3W \u13b7M \u13bbH \u13bdY \u13c0G \u13c2h \u13c3Z \u13ce4 \u13cfb \u13d2R "
    "\u13d4W \u13d5S \u13d9V \u13daS \u13deL \u13dfC \u13e2P \u13e6K \u13e7d \u13ee6 "
    "\u13f3G \u13f4B \u142fV \u144cU \u146dP \u146fd \u1472b \u148dJ \u14aaL \u14bf2 "
    "\u1541x \u157cH \u157dx \u1587R \u15afb \u15b4F \u15c5A \u15deD \u15eaD \u15f0M "
    "\u15f7B \u166dX \u166ex \u16b7X \u16c1l \u16d5K \u16d6M \u1d04c \u1d0fo \u1d11o "
    "\u1d1cu \u1d20v \u1d21w \u1d22z \u1d26r \u1d6bue \u1d83g \u1d8cy \u1e9df \u1effy "
    "\u2016ll \u20b6lt \u212ee \u221eoo \u2223l \u2225ll \u2228v \u222aU \u22a4T \u22c1"
    "v \u22c3U \u22ffE \u2373i \u2374p \u237aa \u23fdl \u2573X \u27d9T \u292bx \u292cx "
    "\u2a2fx \u2c85r \u2c8eH \u2c92l \u2c94K \u2c98M \u2c9aN \u2c9eO \u2c9fo \u2ca2P "
    "\u2ca3p \u2ca4C \u2ca5c \u2ca6T \u2ca8Y \u2cacX \u2cca9 \u2ccc3 \u2cd0L \u2cd26 "
    "\u2d38V \u2d39E \u2d4fl \u2d54O \u2d55Q \u2d5dX \u3007O \ua4d0B \ua4d1P \ua4d2d "
    "\ua4d3D \ua4d4T \ua4d6G \ua4d7K \ua4d9J \ua4daC \ua4dcZ \ua4ddF \ua4dfM \ua4e0N "
    "\ua4e1L \ua4e2S \ua4e3R \ua4e6V \ua4e7H \ua4eaW \ua4ebX \ua4ecY \ua4eeA \ua4f0E "
    "\ua4f2l \ua4f3O \ua4f4U \ua6442 \ua647i \ua698OO \ua699oo \ua6dfV \ua6ef2 \ua728T3"
    " \ua731s \ua732AA \ua733aa \ua734AO \ua735ao \ua736AU \ua737au \ua738AV \ua739av "
    "\ua73aAV \ua73bav \ua73cAY \ua73day \ua74eOO \ua74foo \ua75a2 \ua76a3 \ua76e9 "
    "\ua777tf \ua798F \ua799f \ua79fu \ua7ab3 \ua7b2J \ua7b3X \ua7b4B \uab32e \uab35f "
    "\uab3do \uab47r \uab48r \uab4eu \uab52u \uab5ay \uab63uo \uab75i \uab81r \uab83w "
    "\uab93z \uaba9v \uabaas \uabafc \U00010282B \U00010286E \U00010287F \U0001028al "
    "\U00010290X \U00010292O \U00010295P \U00010296S \U00010297T \U000102a0A \U000102a1"
    "B \U000102a2C \U000102a5F \U000102abO \U000102b0M \U000102b1T \U000102b2Y "
    "\U000102b4X \U000102cfH \U000102f5Z \U00010301B \U00010302C \U00010309l \U00010311"
    "M \U00010315T \U00010317X \U0001031a8 \U00010320l \U00010322X \U00010404O "
    "\U00010415C \U0001041bL \U00010420S \U0001042co \U0001043dc \U00010448s \U000104b4"
    "R \U000104c2O \U000104ceU \U000104d27 \U000104eao \U000104f6u \U00010513N "
    "\U00010516O \U00010518K \U0001051cC \U0001051dV \U00010525F \U00010526L \U00010527"
    "X \U000114d0O \U00011700rn \U00011706v \U0001170aw \U0001170ew \U0001170fw "
    "\U000118a0V \U000118a2F \U000118a3L \U000118a4Y \U000118a6E \U000118a9Z \U000118ac"
    "9 \U000118aeE \U000118af4 \U000118b2L \U000118b5O \U000118b8U \U000118bb5 "
    "\U000118bcT \U000118c0v \U000118c1s \U000118c2F \U000118c3i \U000118c4z \U000118c6"
    "7 \U000118c8o \U000118ca3 \U000118cc9 \U000118d56 \U000118d69 \U000118d7o "
    "\U000118d8u \U000118dcy \U000118e0O \U000118e3rn \U000118e5Z \U000118e6W "
    "\U000118e9C \U000118ecX \U000118efW \U000118f2C \U00016f08V \U00016f0aT \U00016f16"
    "L \U00016f28l \U00016f35R \U00016f3aS \U00016f3b3 \U00016f40A \U00016f42U "
    "\U00016f43Y \U0001d2063 \U0001d20dV \U0001d2127 \U0001d213F \U0001d216R \U0001d22a"
    "L \U0001f700QE \U0001f707AR \U0001f74cC \U0001f75csss \U0001f768T \U0001f76bMB "
    "\U0001f76cVB"
)
