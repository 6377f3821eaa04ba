"""Words that stand with a capital and are no person's name: of health and care, of offices, of places and days.

Two words with capitals beside each other are taken for a name unless one of these is among them.
"""

from __future__ import annotations


def word_set(said: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(said.split())


#: Small words, and such as begin a sentence.
COMMON = word_set(
    """
    a about above accordingly across actually additionally admittedly after again against agree ah all almost already
    also alternatively although always am among an and anecdotally another any anybody anyone anything apart apologies
    apparently are arent arguably around as ask asking assume assuming at away back basically be because been before
    being below beside besides best better between beyond both but by call can cannot cant certainly check cheers
    clearly come compare concretely consequently consider conversely could couldnt currently day dear define depending
    despite did didnt do does doesnt doing done dont down due during each either else especially essentially even
    eventually ever every everybody everyone everything exactly except explain explaining faithfully few finally find
    first firstly following for former fortunately frankly from fully further furthermore generally get give given go
    going good great had half happy has hasnt have havent having he hello help hence her here heres hers herself hes
    hey hi him himself his historically honestly hope hopefully how however hows i id ideally if ill im imagine in
    incidentally indeed initially instead interesting into intuitively is isnt it its itself ive just keep kind last
    lastly late later learn learning least less let lets like likewise listen little long look looking lots made make
    making many maybe me mean meanwhile might mine more moreover most mostly moving much must my myself namely
    naturally near need neither never nevertheless new next no nobody none nonetheless nor not note nothing notice now
    observe obviously occasionally of off offer often oh ok okay old on once one only onto or other others otherwise
    ought our ours out over overall own part particularly perhaps personally please possibly presumably previously
    probably put quite rarely rather read really recently regarding regardless regards remember right sadly said same
    say saying second secondly see seeing seems seldom several shall she shes should shouldnt similarly simply since
    sincerely so some somebody somehow someone something sometimes somewhere soon sorry speak specifically start still
    such suddenly sure surely take talk tell than thank thanks that thats the their theirs them then there therefore
    theres these they theyre thing things think third this those though three through throughout thus till to today
    together tomorrow tonight too toward towards try trying two typically ultimately under unfortunately unless unlike
    until up update upon us use used using usually various very via want warm was wasnt we welcome well were werent
    weve what whatever whats when whenever where whereas wheres wherever whether which while whilst who whoever whole
    whom whos whose why will wish with within without wonder wont work would wouldnt write wrote yes yesterday yet you
    youd youll your youre yours yourself youve
    """
)
#: Days, months, peoples, tongues, faiths, firms.
KNOWN = word_set(
    """
    academy acas act adobe african allocate alpha amazon american android anglican appendix apple apr april article
    asian aug august authenticator bank bi bill bma brexit british caribbean catholic cerner chapter chatgpt chinese
    christian christmas chrome clause commonwealth connect copilot coronavirus covid datix dec december diwali docs
    drive easter eastern edge eid emis english epic esr european eve excel exchange facebook fda feb february figure
    firefox french fri friday geogebra german github gitlab gmb google greek hanukkah healthroster hindu indian intel
    ipad iphone irish islamic italian jan january jewish jul july jun june keycloak khan kingdom kronos latin linkedin
    lorenzo mac macs mar march mathematica may microsoft mip mon monday moodle muslim nations new northern nov
    november oct october office ombudsman openid optima oracle outlook page paragraph parliament part polish power
    powerpoint python ramadan rcm rcn redis rio safari samsung sat saturday schedule scottish section semantic sep
    sept september sharepoint sheets sikh skype slack southern spanish sqlite stack states sun sunday systmone table
    teams thu thursday tuc tue tuesday twitter union unison unite united versioning volume wed wednesday welsh western
    westminster whatsapp whitehall wikipedia windows wolfram word year york youtube zealand zoom
    """
)
#: Of health and care, and of offices.
WORK = word_set(
    """
    absence academic academy access accident accountable accounts action active acute adjusted administration
    administrator admission admissions adult adults advance advanced advice adviser advisor advisory advocate
    afternoon agency agenda agreement aid alliance allied allowance amber ambulance anaesthetics analyst annual appeal
    appeals application appointment appraisal apprentices apprenticeship approval area assembly assessment asset
    assistant associate associates association assurance attendance audit authority autism awards awareness away-day
    band banding bank banking bay bed beds behaviour benefit benefits bereavement better black block board boarding
    boards body booking boxing branch breast brief briefing bronze budget building bulletin bullying bureau burns
    business business-case cabinet calendar call campus cancer candour canteen capability capacity capital cardiac
    cardiology care career carer carers carter case cases cash catering central centre centres certificate chair
    chairman chairs change changes charge charity charter checklist chemotherapy chief child children childrens choice
    cip circle citizens city civil claim claims class clerk clinic clinical clinician clinics coach code coding
    collaborative college command commission commissioner commissioners commissioning committee committees common
    comms communication communications community company compassionate complaint complaints compliance conduct
    confederation conference consolidated constitution consultant consultants consultation continuing contract
    contracts control coordinator core coroner corporate corridor cost costs council counsel counselling county course
    court covenant covered cquin critical crown culture daily data datix deadline deanery debate decision decisions
    deep delivery demand dementia dental department departments depreciation deputies deputy dermatology design desk
    development diabetes diagnostic diagnostics dialogue dialysis digital dignity direct director directorate
    directors disabilities disability discharge disciplinary disclosure discrimination disease disinvestment district
    diversity division divisional doctor doctors document domestic draft duchess duke duty early east eating ed
    education efficiencies efficiency elderly elections elective electronic emergency employee employer employers
    employment end endoscopy engagement england enhanced enquiry ent environment equal equality equipment equity
    escalation estate estates ethics evening event evidence examination excellence exchange executive executives exit
    experience expert external eye facilities factor faculty falls families family federation feedback final finance
    financial fire first fit fitness fleet flexible floor flow flu forecast formal forum forward foundation frailty
    framework freedom freedoms full fund funding future gateway gender general geriatric getting girft gold governance
    government governor governors grade graduate graduates great greater green grievance group groups guardian
    guardians guidance guide guideline guidelines gynaecology haematology handbook handover hard harm head heads
    health healthcare healthy hearing heart high higher histology home homes hospice hospital hospitals hour hours
    house housing hr hub huddle human improvement improving incident inclusion income independent induction infection
    infirmary inflation information infrastructure initial inner inpatient inquiry inspection inspectorate institute
    integrated intensive interim intermediate internal international interns interview investigation investigator
    investment invoice it job joint journal junior key kings kit kitchen knowledge kpi lab laboratory lady laundry law
    lead leader leaders leadership leading leads league learned learning learning-disability leave ledger legal
    lessons letter level liaison library licence life ligature line linen link list lived living local locality locum
    lodge londons long-term lord low lower madam maintenance major management manager managers managing mandatory
    manual market mask maternity matrix matron matrons matters measure medical medical-records medicine medicines
    medium meeting member members memorandum memorial mental mentor method microbiology midlands midwife midwifery
    midwives milestone minimum minister ministry minor minutes mister model model-hospital monitor monitoring month
    monthly morning movement national neonatal network networks neurology never newsletter nhs night non non-executive
    norovirus north northeast northwest notice notification nurse nurses nursing nutrition obstetrics occupational
    officer officers official ombudsman oncology one online opel open operating operation operational operations
    ophthalmology ops option options order organisation organisational orthopaedic orthopaedics outbreak outcome
    outcomes outer outpatient outpatients outturn oversight overtime paediatric paediatrics palliative panel paper
    parental park parking part partner partners partnership partnerships passport paternity pathology pathway pathways
    patient patient-safety patients pay payment payroll peer pension pensions people peoples performance permanent
    permit personal personnel pharmacist pharmacy phase phlebotomy physiotherapist physiotherapy pilot place plain
    plan planning plans plastics plus point police policies policy portal porter portering porters portfolio position
    post post-room practice practices practitioner practitioners preceptorship premises prescribing president pressure
    prevention primary prime prince princess principal principles private problem procedure procedures procurement
    productivity professional professor profile programme project promotion property protected protection protocol
    provider providers psychiatry psychology public purchase purpose qipp quality quarter quarterly queen queens
    question questions quick race radiology radiotherapy rapid rate ratio reasonable reception receptionist records
    recovery recruitment red redeployment reducing reduction redundancy referral reflective reform region regional
    register registrar registrars registration regulation regulations regulator relations release remote renal rep
    report reporting reports representative representatives request requisition research resident residential
    resilience resolution resource resources respiratory response restraint restructure result results retention
    return revenue review reviews reward rheumatology right rights risk risks role roster rota rotas round rounds
    royal rule rules safe safeguarding safer safety saint salary same same-day savings scheme school schwartz science
    scope screening secretary sector security self senate senior sepsis serious service services session sessional
    sexual shadow shared sheet shift shifts short sickness silver sir sister site skill skills skin sla small social
    society south southeast southwest speak special specialist specialty speech spinal st staff staffing stage
    stakeholder standard standards standing state statement statutory step steward stewards strategic strategy stroke
    structure student study sub-committee submission suite summary supervision supervisor supply support surge surgeon
    surgery surgical survey sustainability sustainable switchboard system systems tactical target tariff task tax team
    technical technician technology temporary tender term terms test testing theatre theatres therapies therapist
    therapy tier time timeout together toolkit town trade trainee trainees training transfer transformation
    transforming transition transport trauma treasury treatment triage tribunal trust trusts turnaround union unions
    unit units university unpaid unsocial upper urgent urology vacancy vaccination vaccine value values vanguard
    variance vascular vehicle vice vice-chair view virtual vision visit visiting voluntary volunteer waiting ward
    wards warning weekday weekend weekly well-being wellbeing wellness west whistleblowing winter women womens work
    worker workers workforce working workload workplace works workshop workstream year young youth zero zone
    """
)
#: Places: a part of an organisation's name, no part of a person's.
PLACES = word_set(
    """
    aberdeen africa america aneurin anglia antrim armagh arran asia australia ayrshire barking barnet barnsley
    basildon basingstoke bath bedford bedfordshire belfast berkshire berlin betsi bevan bexley birmingham blackburn
    blackpool bolton borders bournemouth bradford brent brighton bristol britain bromley buckinghamshire burnley bury
    cadwaladr calderdale cambridge cambridgeshire camden canada canterbury cardiff chelmsford chelsea cheltenham
    cheshire chester chesterfield china clyde colchester cork cornwall coventry crawley crewe croydon cumbria cwm
    darlington dartford dda derby derbyshire derry devon doncaster dorset dublin dudley dumfries dundee durham ealing
    edinburgh enfield england essex europe exeter fermanagh fife forth frimley galloway gateshead glasgow gloucester
    gloucestershire goole grampian greenwich grimsby guildford gwent hackney hamlets hampshire haringey harrogate
    harrow hartlepool hastings havering hereford herefordshire hertfordshire highland highlands hillingdon hounslow
    huddersfield hull humber hywel india inverness ipswich ireland isle islington kensington kent kettering keynes
    kingston kirklees lambeth lanarkshire lancashire lancaster leeds leicester leicestershire lewisham lincoln
    lincolnshire liverpool london londonderry lothian luton maidstone manchester medway mersey merton middlesbrough
    midlands milton morgannwg newcastle newham newport norfolk northampton northamptonshire northumberland northumbria
    norwich nottingham nottinghamshire oldham orkney oxford oxfordshire paris pennine peterborough plymouth poole
    portsmouth powys preston reading redbridge richmond rochdale rotherham rutland salford salisbury sandwell scotland
    severn sheffield shetland shrewsbury shropshire slough solihull somerset southampton southend southwark stafford
    staffordshire stockport stoke suffolk sunderland surrey sussex sutton swansea swindon taf tameside taunton tayside
    tees telford thames torbay torquay tower trafford trent truro tyne tyrone uk valley wakefield wales walsall
    wandsworth warrington warwickshire westminster wigan wight wiltshire winchester wirral wolverhampton worcester
    worcestershire worthing wythenshawe yeovil york yorkshire
    """
)
NOT_NAMES = COMMON | KNOWN | WORK | PLACES


def is_known_word(key: str) -> bool:
    """Whether it is among these, or all parts of it are: "Vice-Chair"."""
    return key in NOT_NAMES or ("-" in key and all(part in NOT_NAMES for part in key.split("-")))
