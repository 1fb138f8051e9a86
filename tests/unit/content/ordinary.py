"""Ordinary writing in many languages, with the emoji that people put into it.

In the sentences an escape stands for what is not drawn, so that a reader sees it: the non-joiner of
Persian, the joiners of Indic scripts, the spaces without width of Khmer and Burmese, the selectors
of Japanese names and of Mongolian letters, the no-break spaces of French.
"""

import random
from itertools import product

SENTENCES = {
    "English": [
        "Could you estimate the landed cost of 50 products by Friday?",
        "Thanks — that works for me. I’ll send the details (PDF, 2 pages) today.",
        "name\tvalue\nweight\t12 kg\nprice\t$15,000\n",
        "Dear team,\r\n\r\n  1. Check the prices.  \r\n  2. Reply to Zoë.\r\n",
    ],
    "German": [
        "Könnten Sie bitte die Größe überprüfen? Es geht um 3\u00a0kg „Süßwaren“ à 10\u00a0%.",
        "Vielen Dank für Ihre schnelle Rückmeldung, schöne Grüße aus Köln!",
    ],
    "French": [
        "Bonjour\u00a0! Et le prix\u202f? Il est de 10\u202f000\u00a0€, n’est-ce pas\u202f?",
        "«\u00a0Très bien\u00a0», répondit l’agent\u00a0; la livraison arrive déjà à Sète.",
    ],
    "Spanish": ["¿Podrías revisar el presupuesto mañana? ¡Muchas gracias por tu ayuda!"],
    "Portuguese": ["A cotação não está pronta; amanhã às 9h envio a informação."],
    "Italian": ["Perché il preventivo è così alto? Ne parliamo lunedì, va bene?"],
    "Polish": ["Proszę sprawdzić cenę w\u00a0magazynie; dziękuję i\u00a0życzę miłego dnia."],
    "Czech": ["Prosím o\u00a0cenovou nabídku k\u00a0příštímu pondělí, děkuji předem."],
    "Hungarian": ["Kérem, küldje el az árajánlatot; köszönöm szépen, őszinte üdvözlettel."],
    "Turkish": ["Işık hızında yanıt için teşekkürler; İstanbul’daki sipariş hazır mı?"],
    "Vietnamese": ["Xin vui lòng kiểm tra giá của năm mươi sản phẩm trước thứ Sáu nhé."],
    "Russian": [
        "Пожалуйста, пришлите PDF-файл и проверьте API-ключ; срок — до 5 мая.",
        "Спасибо! IT-отдел ответит завтра, а SMS-код придёт позже.",
    ],
    "Ukrainian": ["Будь ласка, перевірте об’єм замовлення; щиро дякую за їхню допомогу."],
    "Bulgarian": ["Моля, проверете цената на продукта и изпратете HTML страницата."],
    "Greek": [
        "Μπορείτε να ελέγξετε το κόστος; Ευχαριστώ πολύ για τη βοήθεια!",
        "Η τιμή Δx είναι 5 μs και η αντίσταση 10 kΩ, με αx + βy = γz.",
    ],
    "Hebrew": ["שלום, האם תוכל לבדוק את המחיר עד יום שישי? תודה רבה!", "בְּרֵאשִׁית בָּרָא אֱלֹהִים"],
    "Arabic": ["مرحبا، هل يمكنك مراجعة تكلفة ٥٠ منتجًا قبل يوم الجمعة؟ شكرًا جزيلاً."],
    "Persian": [
        "می\u200cخواهم هزینه\u200cی محصول\u200cها را بدانم؛ لطفاً پیام\u200cهایتان را بفرستید.",
        "کتاب\u200cها و نامه\u200cهای نیم\u200cسال ۱۴۰۲ ه\u200d. ش. آماده نمی\u200cشوند.",
        "کشور\u200cهای همسایه و نرم\u200cافزارهای جدید",
    ],
    "Urdu": ["براہِ کرم جمعہ تک پچاس مصنوعات کی لاگت کا تخمینہ بھیج دیں، شکریہ۔"],
    "Kurdish": ["تکایە نرخی بەرهەمەکان بنێرە، زۆر سوپاس بۆ یارمەتییەکەت."],
    "Hindi": [
        "कृपया शुक्रवार तक पचास उत्पादों की लागत का अनुमान भेजें, धन्यवाद।",
        "पक्\u200dका विश्\u200dवास है कि क्\u200dया उत्तर सही है; रक्\u200cत की जाँच भी।",
    ],
    "Marathi": ["दर्\u200dयाच्या काठी वाऱ्याने गोष्टी बदलल्या; किंमत तपासा, धन्यवाद."],
    "Nepali": ["तपाईंले काम गर्\u200dयो भने मूल्य पठाउनुहोस्, धन्यवाद।"],
    "Bengali": ["অনুগ্রহ করে র\u200d্যাব-এর মূল্য যাচাই করুন; উদ্\u200cঘাটন কাল, ধন্যবাদ।"],
    "Punjabi": ["ਕਿਰਪਾ ਕਰਕੇ ਕੀਮਤ ਭੇਜੋ, ਬਹੁਤ ਧੰਨਵਾਦ।"],
    "Gujarati": ["કૃપા કરીને શુક્રવાર સુધીમાં કિંમત મોકલો, આભાર."],
    "Tamil": ["தயவுசெய்து விலையைச் சரிபார்க்கவும்; க்\u200cஷ என்று எழுதுங்கள், நன்றி."],
    "Telugu": ["దయచేసి సాఫ్ట్\u200cవేర్ ధరను తనిఖీ చేయండి, ధన్యవాదాలు."],
    "Kannada": ["ದಯವಿಟ್ಟು ಸಾಫ್ಟ್\u200cವೇರ್ ಬೆಲೆಯನ್ನು ಮತ್ತು ರ\u200d್ಯಾಲಿಯನ್ನು ಪರಿಶೀಲಿಸಿ, ಧನ್ಯವಾದಗಳು."],
    "Malayalam": ["അവന്\u200d തമിഴ്\u200cനാട്ടില്\u200d നിന്ന് വില അയച്ചു; നന്ദി."],
    "Sinhala": ["ශ්\u200dරී ලංකාවේ වාක්\u200dය පරීක්ෂා කරන්න; මිල ගණන් එවන්න, ස්තුතියි."],
    "Thai": ["กรุณาตรวจสอบราคาสินค้า\u200bภายในวันศุกร์\u200bขอบคุณมากครับ"],
    "Lao": ["ກະລຸນາກວດສອບລາຄາ\u200bສິນຄ້າ\u200bຂອບໃຈຫຼາຍໆ"],
    "Khmer": ["សូម\u200bពិនិត្យ\u200bតម្លៃ\u200bទំនិញ\u200bមុន\u200bថ្ងៃ\u200bសុក្រ\u200bអរគុណ។"],
    "Burmese": ["ကျေးဇူးပြု၍\u200bသောကြာနေ့မတိုင်မီ\u200bစျေးနှုန်းကို\u200bစစ်ဆေးပါ။"],
    "Tibetan": ["བཀྲ་ཤིས་བདེ་ལེགས། རིན་གོང་ཞིབ་བཤེར་གནང་རོགས།"],
    "Mongolian": ["ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ᠌ ᠦᠨ᠎ᠡ", "ᠰᠠᠶᠢᠨ\u202fᠤ ᠬᠠᠷ\u180e\u1820 ᠭ\u180b ᠤ"],
    "Japanese": [
        "葛\U000e0100城市の辻\U000e0101さん、五十個の製品の見積もりをお願いします。",
        "東京　大阪　名古屋の各支店へ、金曜日までにご連絡ください。ＯＫです。",
    ],
    "Chinese": [
        "请在周五之前估算五十种产品的到岸成本，谢谢！",
        "請確認價格；神\ufe00社的資料已寄出。",
    ],
    "Korean": ["금요일까지 제품 50개의 예상 비용을 보내 주세요. 감사합니다!"],
    "Georgian": ["გთხოვთ, შეამოწმოთ ფასი პარასკევამდე, დიდი მადლობა!"],
    "Armenian": ["Խնդրում եմ ստուգել գինը մինչև ուրբաթ, շնորհակալություն։"],
    "Amharic": ["እባክዎ ዋጋውን እስከ ዓርብ ድረስ ያረጋግጡ፤ አመሰግናለሁ።"],
    "Braille": ["⠏⠇⠑⠁⠎⠑⠀⠎⠑⠝⠙⠀⠏⠗⠊⠉⠑⠎"],
}

EMOJI = (
    "🦅", "👍🏽", "🇩🇪", "❤️", "❤︎", "✔️", "☎︎", "1️⃣", "#️⃣", "*️⃣", "⚠️", "Ⓜ️", "©️", "™️", "☀️🌧️",
    "👩‍🚀", "👩🏽‍💻", "👨‍👩‍👧‍👦", "🧑🏿‍🤝‍🧑🏻", "👩‍❤️‍💋‍👨", "❤️‍🔥", "🏳️‍🌈", "🏳️‍⚧️", "🏴‍☠️", "👁️‍🗨️", "🐻‍❄️",
    "🐦‍⬛", "😮‍💨", "😶‍🌫️", "🙂‍↔️", "🤷🏻‍♀️", "🏋🏾‍♂️", "🕵️‍♀️", "🧎🏼‍♂️‍➡️", "👨‍🦰", "🧑‍🎄", "⛓️‍💥",
    "🍋‍🟩", "🫱🏻‍🫲🏿",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "👩‍👩‍👦", "✌🏼", "⛹🏿‍♀️",
)  # fmt: skip


def texts(per_language: int) -> list[str]:
    """Sentences of each language with emoji between and behind them, the same in every run."""
    made = []
    for language, sentences in SENTENCES.items():
        chance = random.Random(language)
        for number in range(per_language):
            sentence = sentences[number % len(sentences)]
            between, behind = chance.choices(EMOJI, k=2)
            other = chance.choice(sentences)
            made.append(f"{sentence} {between} {other} {behind * chance.randrange(1, 4)}")
    return made


def every_pair() -> list[str]:
    """Each sentence with each emoji right behind it."""
    sentences = [each for group in SENTENCES.values() for each in group]
    return [sentence + emoji for sentence, emoji in product(sentences, EMOJI)]
