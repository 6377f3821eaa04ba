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
    academy acas act adobe african allocate alpha amazon american anglican appendix apple apr april article asian aug
    august bank bi bill bma brexit british caribbean catholic cerner chapter chatgpt chinese christian christmas
    clause copilot coronavirus covid datix dec december diwali easter eastern eid emis english epic esr european eve
    excel exchange facebook fda feb february figure french fri friday geogebra german gmb google greek hanukkah
    healthroster hindu indian irish islamic italian jan january jewish jul july jun june khan kronos latin linkedin
    lorenzo mar march mathematica may microsoft mip mon monday moodle muslim new northern nov november oct october
    office ombudsman optima oracle outlook page paragraph parliament part polish power powerpoint ramadan rcm rcn rio
    sat saturday schedule scottish section sep sept september sharepoint sikh skype slack southern spanish stack sun
    sunday systmone table teams thu thursday tuc tue tuesday twitter unison unite volume wed wednesday welsh western
    westminster whatsapp whitehall wikipedia windows wolfram word year youtube zoom
    """
)
#: Of health and care, and of offices.
WORK = word_set(
    """
    absence academic academy access accident accountable action active acute adjusted administration administrator
    admission admissions adult adults advance advanced advice adviser advisor advisory advocate agency agenda
    agreement aid alliance allied allowance ambulance anaesthetics analyst annual appeal appeals application
    appointment appraisal apprenticeship approval area assembly assessment asset assistant associate association
    assurance attendance audit authority awards awareness band banding banking bay bed beds behaviour benefit benefits
    board boards body booking branch brief budget building bullying bureau business cabinet calendar call campus
    cancer capability capacity capital cardiac cardiology care career carer carers case cases cash central centre
    centres certificate chair chairman chairs change changes charge charity charter checklist chief child children
    childrens choice circle citizens city civil claim claims class clerk clinic clinical clinician clinics coach code
    collaborative college commission commissioner commissioners commissioning committee committees common
    communication communications community company compassionate complaint complaints compliance conduct confederation
    conference consultant consultation continuing contract control coordinator core coroner corporate cost costs
    council counsel counselling county course court covenant covered critical crown culture daily data deadline
    deanery debate decision decisions deep delivery demand dental department departments deputies deputy design desk
    development diagnostic diagnostics dialogue digital dignity direct director directorate directors disability
    discharge disciplinary disclosure discrimination disease district diversity division divisional doctor doctors
    document domestic draft duchess duke duty early east eating ed education efficiency elderly elective electronic
    emergency employee employer employers employment end engagement england enquiry environment equal equality
    equipment equity estate estates ethics event evidence examination exchange executive executives exit experience
    expert external facilities factor faculty families family federation feedback final finance financial fire fitness
    flexible floor flow formal forum forward foundation framework freedom freedoms full fund funding future gateway
    gender general geriatric governance government governor governors grade graduate great greater grievance group
    groups guardian guardians guidance guide guideline guidelines gynaecology handbook hard head heads health
    healthcare healthy hearing heart high higher home homes hospice hospital hospitals hour hours house housing hub
    human improvement incident inclusion independent induction infection infirmary inflation information
    infrastructure initial inner inpatient inquiry inspection inspectorate institute integrated intensive interim
    intermediate internal international interview investigation investigator it job joint journal key kings kit
    knowledge lab laboratory lady law lead leader leaders leadership leads league learned leave legal lessons letter
    level liaison library licence life line link list lived living local locality lodge londons long-term lord low
    lower maintenance major management manager managers managing mandatory manual market maternity matrix matron
    matrons matters measure medical medicine medicines medium meeting member members memorandum memorial mental mentor
    method midlands midwife midwifery midwives milestone minimum minister ministry minor minutes model monitor
    monitoring month movement national neonatal network networks neurology newsletter nhs night non non-executive
    north northeast northwest notice notification nurse nurses nursing nutrition obstetrics occupational officer
    officers official ombudsman oncology one online open operating operation operational operations option options
    order organisation organisational orthopaedic outcome outcomes outer outpatient outpatients oversight paediatric
    paediatrics palliative panel paper parental park parking part partner partners partnership partnerships passport
    pathology pathway pathways patient patients pay payroll peer pension pensions people peoples performance permanent
    personal personnel pharmacist pharmacy phase physiotherapist physiotherapy pilot place plain plan planning plans
    plus point police policies policy portal portfolio position post practice practices practitioner practitioners
    premises prescribing president pressure prevention primary prime prince princess principal principles private
    problem procedure procedures procurement professional professor profile programme project promotion property
    protected protection protocol provider providers psychiatry psychology public purpose quality quarter queen queens
    question questions quick race radiology rapid rate ratio reasonable receptionist records recovery recruitment
    redeployment reduction redundancy referral reform region regional register registrar registration regulation
    regulations regulator relations release remote renal rep report reporting reports representative representatives
    request research resident residential resilience resolution resource resources respiratory response restraint
    restructure result retention return review reviews reward rights risk risks role roster rota rotas royal rule
    rules safe safeguarding safer safety saint salary same scheme school science scope screening secretary sector
    security self senate senior sepsis service services session sessional sexual shadow shared sheet shift shifts
    short sickness sister skill skills small social society south southeast southwest speak special specialist
    specialty speech st staff staffing stage standard standards standing state statement statutory step steward
    stewards strategic strategy stroke structure student study sub-committee submission suite summary supervision
    supervisor supply support surgeon surgery surgical survey sustainability system systems target task tax team
    technical technician technology temporary term terms test theatre theatres therapies therapist therapy tier time
    toolkit town trade training transfer transformation transition transport trauma treasury treatment triage tribunal
    trust trusts turnaround union unions unit units university upper urgent urology vacancy value values vanguard vice
    vice-chair view vision visit visiting voluntary volunteer waiting ward wards warning well-being wellbeing west
    whistleblowing winter women womens work worker workers workforce working workplace works workshop workstream year
    young youth zone
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
