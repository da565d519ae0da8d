# ruff: noqa: RUF001 -- texts as people write them, look-alikes included
"""Postings in the manner of classified ads, written whole: what a gate masks or quarantines in them is a mistake."""

from __future__ import annotations

POSTINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "Line Cook / Prep Cook - Busy Downtown Diner\nWe are hiring a full-time line cook for evenings and weekends. $19-$22/hr DOE + tips. Must be able to stand for 8+ hours and lift 50 lbs. Food handler card required (we can help you get it). Reply to this ad with your resume and availability. No phone calls please.",
        "NOW HIRING!!! Warehouse associates - ALL SHIFTS. 1st shift 6am-2:30pm, 2nd shift 2:30pm-11pm, 3rd shift 11pm-6:30am. Starting at $17.25/hr, $1.50 shift differential for nights. Weekly pay. Steel toe boots a must. Apply online or in person Mon-Thurs 9-3.",
        "Room for rent in quiet 3 bed house share. £525 pcm incl. bills. Double room, fully furnished, shared kitchen and bathroom. 10 mins walk to train station, close to shops and bus routes. Off-street parking. Suit working professional, non-smoker. Deposit 5 weeks' rent. Available from 01/10/2025, minimum stay 6 months.",
        "HGV Class 2 Driver required for days, Monday to Friday. £14.80 per hour, overtime after 45 hrs at time and a half. Start times between 05:00 and 07:00. Must hold a valid CPC and digi tacho card, no more than 6 points. Multi-drop experience helpful. Temp to perm after 12 weeks.",
        "Live-in housekeeper needed for family of four. Duties: cleaning, laundry, ironing, some cooking and school run. 5 days a week, 45 hours, own room with en-suite. Salary $2,800/month + health insurance after 90 days. Driver's license and references required. Start date flexible.",
        "Fruit pickers wanted for the summer season (June – September). Piece rate with guaranteed minimum wage of £11.44 per hour. Accommodation on site in shared caravans £69.93 per week. Transport to supermarket once a week. No experience necessary, full training given. You keep your own documents at all times.",
        "Selling: Flat-pack wardrobe, white, 236 x 100 x 58 cm. Bought 2 yrs ago, minor scratches on left door. £60 ono, collection only, cash on pick-up. Smoke & pet free home. Will need two people to lift!",
        "Experienced Nail Technician needed at busy salon. Commission 50/50 or chair rental $150/wk. Must be licensed, gel-x & acrylics a plus. Great clientele, free parking, Sundays off. Stop by the salon Tues-Sat 10am to 6pm.",
        "Part-time bookkeeper, 16 hrs/week. QuickBooks & Excel, month-end close, accounts payable, VAT returns. 25k-28k pro rata. Hybrid working (2 days at home). Closing date: 31 May. Interviews w/c 9 June.",
        "Care Assistant – Nights. We're looking for kind, reliable people to join our 42-bed residential home. 3 x 12-hour shifts per week, £12.21 p/h, paid breaks, free DBS, blue light card. NVQ Level 2 desirable but not essential. Apply via the link below.",
        "Labourers and hod carriers needed ASAP for new build site. CSCS card essential. £15.50ph CIS, 7:30-4:30, ongoing work til Xmas. Own PPE. Message for more info.",
        "Au pair wanted for twins aged 4 and a baby of 9 months. 30 hrs pw, pocket money £110, phone & bus pass provided, own room. Language classes encouraged. Flights refunded after 3 months.",
        "Assemble products at home! Earn up to $1,500 weekly, no skills needed. Limited spots, act fast. Small registration fee of $49 is refunded with your first pay.",
        "Fishing vessel deckhands. Contracts of 10 months. Pay $550 per month, paid at end of contract. Employer arranges visa and ticket, cost deducted from wages. Crew remain on board in port.",
        "2011 hatchback, 1.4 petrol, 78k miles, MOT until March, 2 owners, full service history, new clutch at 70,000. £2,350 ovno. Test drive welcome.",
        "Tutor available for GCSE and A-Level maths, KS3 science. 20+ years' teaching experience, enhanced DBS. £35 per hour, online or face-to-face. Free 30-minute trial lesson.",
        "Cleaner wanted, 3 hrs every Wednesday morning, 4-bed house, $120 per visit. Bring your own supplies. Must like dogs (we've got two big, friendly labs).",
        "Security officer – SIA licence holders only. 4 on 4 off, 12hr nights, £12.75. Uniform provided. Screening/vetting to BS 7858. Right to work checks apply.",
    ),
    "es": (
        "Se necesita cocinero/a para restaurante de playa. Temporada de junio a septiembre, jornada completa, 1.600 € netos + propinas. Se valora experiencia en arroces y brasa. Posibilidad de alojamiento. Interesados dejar CV en el local o por este medio.",
        "Busco chica para cuidar a persona mayor, interna, libre fines de semana. Sueldo 1.150 € más seguridad social. Imprescindible papeles en regla y referencias comprobables. Abstenerse curiosos.",
        "Alquilo habitación en piso compartido, 320 €/mes gastos aparte, fianza de un mes. Cerca del metro y de la universidad. Ambiente tranquilo, no fumadores, sin mascotas. Disponible a partir del día 15.",
        "Peones agrícolas para campaña de la aceituna, 53 € el jornal, pago semanal. Transporte incluido desde el pueblo. De 8 a 15h, media hora de descanso. Se entregan guantes y ropa de agua.",
        "Vendo lavadora 7 kg, clase A++, 1200 rpm, poco uso. 140 € negociables. Recoger en domicilio, no hago envíos.",
        "Mozo de almacén con carnet de carretilla. Turnos rotativos (6-14h / 14-22h / 22-6h). Contrato de 3 meses + incorporación a plantilla. 9,87 €/h brutos.",
    ),
    "fr": (
        "Restaurant cherche commis de cuisine H/F en CDI 35h, 1 426 € net, mutuelle + repas. Coupure possible le week-end. Débutant motivé accepté. Se présenter avec CV entre 15h et 18h.",
        "Femme de ménage 2h/semaine, quartier calme, 13€ net de l'heure en CESU. Repassage occasionnel. Références souhaitées.",
        "Loue T2 meublé 38m², 2ème étage sans ascenseur, proche tramway. 540€ + 60€ de charges. Dépôt de garantie : un mois. Libre au 1er mars. Garant exigé.",
        "Chauffeur SPL (permis CE + FIMO/FCO à jour), départ lundi matin, retour vendredi soir. 2 300 € brut + frais de déplacement. Expérience d'1 an minimum.",
        "À vendre canapé d'angle convertible, tissu gris, L 240 x P 160 cm. Très bon état, 250 € à débattre, à venir chercher sur place.",
        "Cueilleurs de pommes, récolte du 20/08 au 15/10, SMIC horaire + 10% de congés payés. Camping possible à la ferme. Prévoir bottes et vêtements de pluie.",
    ),
    "de": (
        "Suchen ab sofort Spülkraft (m/w/d) auf 538-Euro-Basis, Fr-So abends ab 17 Uhr. 13,00 €/Std. plus Trinkgeld und Essen. Keine Vorkenntnisse nötig.",
        "Berufskraftfahrer C/CE im Nahverkehr gesucht! Montag–Freitag, 2.900–3.200 € brutto, 30 Tage Urlaub, Weihnachtsgeld. Führerscheinklasse CE mit 95 und ADR von Vorteil. Bewerbung gerne auch formlos.",
        "Vermiete möbliertes WG-Zimmer, 17 qm, warm 410 €, Kaution 800 €. Waschmaschine, WLAN, Balkon vorhanden. U-Bahn 5 Min. Nichtraucher bevorzugt, frei ab 01.11.",
        "Spargelernte: Saisonarbeiter/innen von April bis Juni. Mindestlohn 12,82 €, Unterkunft 8 € pro Tag, An- und Abreise wird organisiert. Anfänger willkommen.",
        "Verkaufe Kinderwagen-Kombi inkl. Babyschale und Regenschutz, Gebrauchsspuren, 120 € VB. Nur Abholung, keine Garantie oder Rücknahme, da Privatverkauf.",
        "Altenpflegehelfer/in in Teilzeit (20–30 Std./Woche), Früh- und Spätdienst, jedes 2. Wochenende frei. Vergütung nach TVöD, betriebliche Altersvorsorge, Jobrad. Quereinsteiger werden eingearbeitet.",
    ),
    "tl": (
        "URGENT HIRING: Yaya, stay-in, para sa 2 bata (3 at 6 taong gulang). P8,000/month, 4 na day off kada buwan, libre ang pagkain at toiletries. Dapat mapagkakatiwalaan at may NBI clearance.",
        "For rent: studio type, 6,500 monthly, 1 month advance 2 months deposit. Sariling CR, may sariling kuntador ng tubig at kuryente. Bawal ang pets. Malapit sa palengke at sakayan.",
        "Hiring kami ng mga construction worker: mason, karpintero, helper. 610 arawan, may stay-in sa barracks. Dalhin ang valid ID at biodata. Pwede magsimula agad.",
        "Wanted: tindera sa karinderya, 5am to 2pm, Lunes-Sabado. 450/day plus libreng almusal at tanghalian. Kahit walang experience basta masipag at maayos makipag-usap sa customer.",
    ),
    "pl": (
        "Zatrudnię kierowcę kat. C+E w transporcie międzynarodowym, system 3/1, 8500-9500 zł netto + diety. Wymagana karta kierowcy, kod 95. Nowe ciągniki, załadunki paletowe. Kontakt przez formularz.",
        "Pani do sprzątania domu (ok. 180 m2) raz w tygodniu, 4-5 godzin, 35 zł/h. Mile widziane doświadczenie i referencje. Środki czystości zapewniamy.",
        "Do wynajęcia kawalerka 29 m2, III piętro, blisko przystanku. 1600 zł + czynsz 350 zł + prąd wg zużycia. Kaucja 2000 zł. Wolne od zaraz, bez zwierząt.",
        "Praca przy zbiorach jabłek, wrzesień–październik, stawka 20 zł/h lub akord. Zakwaterowanie bezpłatne, wyżywienie we własnym zakresie, kuchnia do dyspozycji. Umowa o pomocy przy zbiorach.",
        "Sprzedam wózek spacerowy, mało używany, składany, folia przeciwdeszczowa w zestawie. 300 zł do negocjacji, odbiór osobisty.",
    ),
    "ro": (
        "Angajăm ospătar/ospătăriță, program 2 cu 2, salariu 3.200 lei net + bacșiș. Masa asigurată, decontare taxi după ora 23. Experiența constituie un avantaj.",
        "Caut bonă pentru fetiță de 2 ani, luni–vineri 8–17, 25 lei/oră. Rog seriozitate, fără vicii. Cu sau fără experiență, important e răbdarea.",
        "Inchiriez garsoniera mobilata si utilata, 30 mp, etaj 2 din 4, centrala proprie. 280 euro pe luna, o luna garantie. Ideal pentru student sau o persoana singura.",
        "Muncitori necalificați la cules de sparanghel în Germania, contract legal, 12,4 euro/oră brut, cazare 9 euro/zi. Transport organizat, comision 0. Plecare săptămânal.",
        "Vând frigider cu congelator, clasa A+, 180 cm înălțime, stare impecabilă, 700 lei negociabil. Se poate testa pe loc.",
    ),
}
