"""Pairs of contributions whose likeness was judged by a person: the same said nearly alike, said otherwise, and not."""

from __future__ import annotations

NEAR = (
    (
        "Shërbimet në e-Albania duhet të jenë më të thjeshta për të moshuarit",
        "sherbimet ne e-albania duhet te jene me te thjeshta per te moshuarit",
    ),
    (
        "Në fshatin tonë interneti punon vetëm natën dhe nuk hapim dot e-Albania",
        "Interneti ne fshatin tone punon vetem naten, nuk e hapim dot e-albania!!",
    ),
    (
        "Të publikohet buxheti i bashkisë me tabela të kuptueshme",
        "Publikoni buxhetin e bashkive me tabela që kuptohen",
    ),
    (
        "Vonesat në gjykatë: një çështje pronësie zgjat mbi dhjetë vjet",
        "vonesa ne gjykata, ceshtjet e pronesise zgjasin mbi 10 vjet, dhjete vjet",
    ),
    (
        "Mungon interneti në shkollat e fshatrave të Kukësit",
        "Shkollat ne fshatrat e Kukesit nuk kane internet, mungon interneti",
    ),
    (
        "Ryshfeti në spitale është i përditshëm, pacientët paguajnë mjekun nën dorë",
        "ryshfet ne spitale cdo dite, pacientet paguajne mjeket nen dore",
    ),
    (
        "Prokurimet publike duhet të shpallen me emrat e pronarëve të kompanive",
        "Prokurimet publike te shpallen bashke me emrat e pronareve te kompanise",
    ),
    (
        "Falas ndihma juridike për gratë e dhunuara në çdo qark",
        "Ndihme juridike falas per grate e dhunuara ne cdo qarkk",
    ),
    (
        "Një aplikacion për të raportuar gropat në rrugë me foto",
        "Aplikacion per raportimin e gropave ne rruge me foto",
    ),
    (
        "Të drejtat e personave me aftësi të kufizuara: faqet e ministrive nuk lexohen me lexues ekrani",
        "Faqet e ministrive nuk lexohen dot me lexues ekrani nga personat me aftesi te kufizuara",
    ),
    (
        "Taksat vendore ndryshojnë çdo vit pa u njoftuar biznesi i vogël",
        "taksat vendore po ndryshojne cdo vit, biznesi i vogel nuk njoftohet",
    ),
    (
        "Regjistri i pronave të jetë i hapur dhe pa pagesë në internet",
        "regjistri i pronave i hapur ne internet pa pagese",
    ),
    (
        "Konsultimet publike mbahen në orar pune dhe askush nuk vjen",
        "Konsultimet publike mbahen gjat orarit te punes, askush nuk vjen",
    ),
    (
        "The e-Albania portal should also work in English for foreign residents",
        "e-Albania portal should work in english also, for the foreign resident",
    ),
    (
        "Procesverbalet e këshillit bashkiak të botohen brenda një jave",
        "Brenda një jave të botohen procesverbalet e këshillave bashkiakë",
    ),
    (
        "Hapni të dhënat për shpenzimet e ministrive në format të lexueshëm nga makina",
        "te dhenat e shpenzimeve te ministrive te hapen ne formate te lexueshme nga makina",
    ),
)
"""The same thing in nearly the same words: diacritics left out, other endings, another order, slips of the finger."""

OTHERWISE = (
    (
        "Pensionistët nuk dinë të përdorin kompjuterin",
        "Të moshuarit s'kanë njohuri për teknologjinë",
    ),
    (
        "Gjyqet zgjasin shumë",
        "Proceset gjyqësore po zvarriten me vite",
    ),
    (
        "Rryshfet kërkohet te sporteli i kadastrës",
        "Në zyrat e pronave pa dhënë para nën dorë nuk mbaron punë",
    ),
    (
        "Interneti është i dobët në zona rurale",
        "Në fshat nuk ka lidhje të mirë me rrjetin",
    ),
)
"""The same thing in other words: no comparison of words finds these, and none of it is promised."""

UNLIKE = (
    (
        "Shërbimet në e-Albania duhet të jenë më të thjeshta për të moshuarit",
        "Shërbimet shëndetësore në Kukës nuk kanë ambulancë",
    ),
    (
        "Buxheti i bashkisë të publikohet me tabela",
        "Bashkia të mbledhë mbeturinat çdo ditë",
    ),
    (
        "Gjykatat të botojnë vendimet në internet",
        "Interneti në shkolla është i ngadaltë",
    ),
    (
        "Të rriten pagat e mësuesve",
        "Të rriten dënimet për korrupsionin",
    ),
    (
        "Ligji për të drejtën e informimit nuk zbatohet nga ministritë",
        "Ligji për prokurimet publike të ndryshohet",
    ),
)
"""Words in common, and another matter."""
