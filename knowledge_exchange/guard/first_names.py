"""First names that are common in the United Kingdom, from whatever part of the world they came; the same for everybody.

Which names are found must not depend on who is a member, so this is no list of ours: it was written from what people
here are called. Whoever is not on it is found by the shape of two names, by a title, or by what stands before.
"""

from __future__ import annotations

from knowledge_exchange.guard.vocabulary import word_set

#: Words and places that are names only where another name follows: "Will Young", but not "Will you".
ALSO_WORDS = word_set(
    """
    albert alexandra ali amber april art ash august austin autumn basil bay bill blessing brook carol charles chase
    chelsea chester christian christie clay cliff colin craig daisy dale dallas dan dawn dean don drew earl elizabeth
    ernest eve faith felicity florence frank gay gene george georgia glen grace grant guy harry hazel heath heather
    helier holly hope hunter iris ivy jack jade jan jasmine jasper jean jordan josh joy june ken kent kingston lance
    lee lily lincoln mark max may melody mercy miles min miriam myrtle nick norm olive paris pat patience pearl peg
    penny pierce poppy precious preston ray reed rex rich rob robin rod rose ruby rusty sage sandy sheikh sky sonny
    stan sterling storm sue summer sun sydney ted van vera victor victoria viola violet virginia wade ward will
    """
)
#: Names wherever they stand with a capital.
FIRST_NAMES = word_set(
    """
    aaliyah aamir aaron aarti abbas abbie abby abdelrahman abdi abdirahman abdoulaye abdul abdullah abdulrahman abebe
    abel abena abhishek abida abigail abimbola abiodun abiola abraham abrar adaeze adam adanna adaobi ade adebayo
    adebola adedayo adeel adegoke adekunle adela adele adenike adeniyi adeola aderonke adesola adetokunbo adewale
    adeyemi adil aditi aditya adnan adrian adriana adwoa afolabi aftab afua afzal agata agne agnieszka agustin ahmad
    ahmed ahsan aidan aiden aileen aimen aisha aisling aiste aivars ajay ajit ajith ajmal akash akbar akhil akin
    akinola akira akosua akram akshay akua akwasi alan alana alanna alasdair alastair alba alberto aldo alec aled
    alejandra alejandro aleksandar aleksander aleksandra aleksei alessandra alessandro alessia alex alexander alexandru
    alexei alexis alfie alfonso alfred alfredo algirdas alia alice alicia alicja alina alison alistair aliya allan
    allison alok alonso alun alvaro alyssa amadou amaia amaka amanda amara amarachi amardeep amarjit ambika ameena
    ameet amelia amelie amie amina aminata amir amisha amit ammar amna amol amrik amrit amy amyleigh ana anabel anand
    ananya anas anastasia anatoly anca andrea andreea andrei andrew andris andrzej andy aneesa aneesh aneta angela
    angelica angelo angharad angie angus aniela anika aniket anil anish anisha anita anitha anjali anjana anju anjum
    ankit ankita ann anna annabel anne anneka annemarie annette annie annmarie anoop anouk anshul anthony anton
    antonella antonia antonio anuoluwapo anup anupam anuradha anwar anya aoibheann aoife aparna aqeel araceli arash
    archana arif arjun arkadiusz arlene armando arnel arnold arooj arshad arthur arti artur arturas arturo arun aruna
    arvind arwel asha ashish ashleigh ashley ashok ashwin asif asim asiya aslam asma assumpta asta astrid atif atiya
    attracta aubrey audra audrey audrius aurelia ausra ava avani avril avtar ayaan ayan ayesha ayo ayobami ayodele
    ayokunle ayomide ayse ayub azhar aziz azmat azra azubuike babajide babatunde bahar baldev baljit balwinder bamidele
    baraka barbara barnaby barney barry bartlomiej bartosz beata beatrice beatriz becky behnaz belinda ben benedict
    benito benjamin bernadette bernadine bernard bernardita bernardo bertie bertram beryl bethan bethanie bethany betty
    bev beverley bhavesh bhavin bhavna bhupinder bianca bianka bijan bijoy biju bilal bilqis bincy bindu binh binu
    birgit birute bjorn blanca bleddyn boakye bob bogdan bogdana boguslaw bola bolaji bolanle boris borislav boyan
    bozena bozidar brad bradley brandon breda brenda brendan brendon brett brian brid bridget briony britney brittany
    brogan bronagh bronwen bronwyn bruce bryan bryn bryony bukky bukola burak bushra caetano caitlin caleb calin callum
    camelia cameron camilla camille candela candice caoimhe carl carla carlos carlota carly carmel carmela carmen
    caroline carolyn carrie carwyn carys cassandra cassie catalin catalina catalino cath cathal catherine cathy
    catriona cecilia cecilio cedric celeste celia celine cem ceri cerys cesar cezary chantal chantel chantelle charan
    charanjit charis charlene charley charlie charlotte charmaine chau chelsie cherie cherise cherrylyn cheryl chetan
    chiamaka chiara chibuike chibuzo chidera chidi chidiebere chidinma chiedza chigozie chijioke chika chikondi
    chimamanda chinedu chinenye chinonso chinwe chinyere chioma chipiwa chipo chirag chizoba chloe chris chrissie
    christa christabel christelle christina christine christopher chuka chukwudi chukwuemeka ciara ciaran cilla cillian
    cindy cinzia ciprian claire clare claudette claudia claudio claudiu clive clodagh cody coleen colette colleen colm
    conall concepta concha connor conor constantin consuelo corina corinne cormac cornelius corrado costel courteney
    courtney crina crispin cristi cristian cristiano cristina cristobal cuong curtis cynthia daciana dagmara daiva
    dalia dalitso daljit damian damien damilola damon danica daniel daniela danielle danika danilo danny danut danuta
    danute daphne darcey dario darius dariusz darrell darren darryl darshan daryl daryoush dave david davide davina
    dawid dawood dayo deanna dearbhla debbie debora deborah debra debs declan deena deepa deepak deepika deepti deepu
    deirdre delia delilah delroy delyth demi denisa denise dennis denzel derek dermot desiree desislava desmond devika
    dexter dhanya dhiraj diana diane diarmuid diego dilip dilwyn dilys dimitar dimitri dinah dinesh dionne dipak dipti
    divya dmitri dmitry doina dolly dolores dom dominic dominik dominika dominique donal donald donatella donna dora
    doreen dorian dorin doris dorota dorothy dougal dougie douglas dragana dragos duane duc dulcie dumitru duncan durga
    dusan dwayne dylan dympna eamon eamonn ebele ebere ebonie ebony ebru ebuka eddie eddy edgardo edie edita edith
    editha edmund edna edoardo eduardo edward edwin edyta effie efua egle eileen eilidh eimear eirlys ejaz ejike
    ekaterina ekene ekow elaina elaine eleanor elena eleni elham elias elif elijah elin elinor elisa elisabeta
    elisabeth elisabetta elise elissa eliza ella ellen ellie elodie eloisa eloise elouise elsie elspeth elvira elwyn
    elzbieta emanuel emanuela emeka emer emil emilia emiliano emilie emilio emily emma emmanuel emmeline emre emrys
    emyr enid eniola enitan enrico enrique eoghan eoin eric erica erika erin erlinda ernesto ernie errol esme esperanza
    esteban estela estelle esther estrella ethan ethel etta euan eugen eugene eugenia eugenio eunice eva evan
    evangelina evangeline evelyn evgeni evgenia evie ewa ewan ewelina ezinne ezra fabian fabiana fabienne fabio
    fabrizio fadi fadzai faisal faiza faizan fakhra fang farah farai fareeda farhan farid farida farooq farzana
    farzaneh fatemeh fatima fatma fatou fatoumata fawad fay fazal federica federico felicia felipe felix femi fergal
    fergus fernanda fernando ffion filip filippo filomena finlay fintan fiona fionn fionnuala fiorella flavia flavio
    fleur florante florencia florentina florin florrie folake folasade folashade fouzia frances francesca francesco
    francine francis francisca francisco frankie franziska fraser fred freda freddie frederica frederick fredrick freya
    funke funmi funmilayo gabby gabriel gabriela gabrielle gaby gaenor gagandeep gail galina ganesh ganiyu gareth garry
    garth gary gaspar gaurav gavin gaynor gbenga geeta gemma genowefa geoff geoffrey georgi georgie georgina geraint
    gerald geraldine geraldo gerard gerardo gergana germaine gerry gethin ghada ghazala gheorghe ghulam giacomo
    gianluca gianni gica gideon giedre gilberto giles gill gillian gina ginny gintaras gintare giorgia giorgio giovanni
    girlie giselle gita giulia giuseppe giuseppina gladstone gladys glenda glenn gloria glyn glynis godfrey golnaz
    gonzalo gopal goran gordon goretti gosia govind graciela graeme graham grainne grazia grazyna greer greg gregorio
    gregory greta gretchen griff grzegorz guadalupe gugu guillermo guinevere guntis gurdeep gurjit gurmeet gurmit
    gurpreet gursharan gus gustav gustavo gwen gwendoline gwendolyn gwenllian gwilym gwyn gwyneth gwynne habib habiba
    habibullah hafsa hai haider hajra hakan hal halima halina hallie hamid hamida hamish hammad hamza hanaa hanan hanh
    hanif hanna hannah hannelore hardeep hari harish harjinder harjit harminder harold haroon harpreet harriet harriett
    harrison harsha haruka harvey hasan hashim hasina hassan hatice hattie haydn hayley hector hefin heidi heike helen
    helena helene helga hema hemant henrietta henrique henry henryk herbert herminia hermione hernan hettie hiba hien
    hieu hilary hilda himanshu hina hiroshi hisham hitesh hoang hoda hodan hollie hong horace horia hortense howard
    howell hristo hubert hugh hugo humaira humera humphrey huong husna hussain hussein huw huy hyun iain ian ibrahim
    ibukun idil idowu idris idwal iestyn ieuan ieva ifeanyi ifeoma ifeyinwa ifrah iftikhar ige ignacio igor ijaz ijeoma
    ikechukwu ikenna iker ileana ilie ilinca ilse ilyas ilze imani imelda immanuel imogen imran inaki inayat inderjit
    indira ines inga ingeborg ingrid ingrida inmaculada inta ioan ioana iolo iona ionela ionut iorwerth iqbal irena
    irene irfan irina irum irvin irving isaac isabel isabela isabell isabella isabelle isaiah ishaq ishbel ishfaq
    ishrat isidro isioma isla ismael ismail isobel isobelle israr issy itumelang itziar iulia iulian ivan ivana ivanka
    ivelina ivor iwona iyabo izabela jabulani jacek jacinda jacinta jackie jaclyn jacob jacqueline jacqui jada jaden
    jadwiga jagdeep jagdish jagjit jaida jaime jaimie jake jakub jamal jameela jamelia james jamie jamil jamila jana
    jane janelle janet janette janey janice janie janina janine janis janusz jared jarek jaroslaw jarvis jasmin jason
    jaspal jaspreet jaswinder jatinder javed javi javier jawad jay jaya jayden jayesh jayne jaynie jaypee jayshree
    jeanette jeannie jeff jeffery jeffrey jelena jemma jenifer jenna jenni jennifer jenny jeremiah jeremias jeremy
    jerome jerry jerzy jess jessica jessie jethro jide jideofor jignesh jijo jill jillian jim jimmy jincy jing jingyi
    jisha jitesh jithin jiwoo joan joana joanie joanna joanne joao joaquim joaquin joasia jobin joby jocelyn jodie joe
    joel joelle johan johanna johannes john johnny jolanta jolita jomon jon jonah jonas jonathan jonny jools jordana
    jordi jorge jose josefa josefina josep joseph josephine josiah josie josna joss jovan jovana jovelyn jovita joyce
    jozef juan juana juanita judith judy juergen julia julian juliana julianne julie julien juliet juliette julio
    junaid jurate jurgita justin justine justyna jyoti kacey kagiso kailash kaitlin kaitlyn kaleem kalina kalpana
    kalsoom kalyani kamal kamaljit kamil kamila kamlesh kapil kara karan kareem karen karim karin karl karla karlene
    karol karolina karren karthik karyn kashif kasia katarina katarzyna kate kath katharine katherine kathleen kathrine
    kathryn kathryne kathy katie katja katrina katy katya kausar kaushik kaveh kavita kay kaya kayleigh kayley kayode
    kazimierz keeleigh keeley kehinde keiko keir keira keisha keith kelechi kelly kelvin kemi kenji kenneth kenny keri
    kerry kester kestutis ketan kevin kewal khadija khadijah khadra khaled khalid khalida khanh khurram kia kiera
    kieran kieron kim kimberley kimberly kinga kiran kirsteen kirsten kirstie kirstin kirsty kishore klaudia klaus kofi
    kola kolawole komal krasimir kris krishna kristaps kristian kristin kristina kristine kristy krupa krystian
    krystyna krzysztof kuda kudzai kuldeep kulsum kulwant kulwinder kumar kunal kunle kurt kwabena kwadwo kwaku kwame
    kwasi kyle kylee kylie kyra lacey laia laila laima laimonas lakshmi lalit lamia lana lanre lara larisa larry lata
    latif laura lauren laurence laurentiu laverne lavinia lawrence layla leah leander leandra leandro leanne leena
    leigh leighton leila leilani lekan len lena lenny leo leon leonard leonardo leonie leonor leonora leopold lerato
    leroy leslee lesley leslie leszek leticia lewis lexi leyla lia liam libby lidia lien liesl liezel ligaya liji lijo
    lilia lilian liliana lilith lillian lilly lina linda lindiwe lindsay lindsey linford ling lingling linh linton
    linus lionel lisa liudmila livia liviu liz lizzie llinos lloyd llyr logan lois lola lonnie loraine lorcan loredana
    lorelei lorena lorenza lorenzo loreta loretta lori lorna lorraine lottie lou louie louis louisa louise lourdes
    lowri luana lubna lubomir luca lucas lucia lucian luciana luciano lucie lucille lucinda lucy ludmila ludovica
    ludwig luigi luis luiza lukasz luke luminita lungile lurdes luther luzviminda lyall lydia lyn lynda lyndon lyndsay
    lyndsey lynette lynn lynne lynnette lynsey lyra lyudmila maame mabel maciej mackenzie madalina maddie madeleine
    madhu mae magda magdalena maggie magnus mahdi mahendra mahesh maheshwari mahmood mahmoud mahnoor mahsa mair mairead
    maisie maite maja majella majid majida makena maksim malachy malcolm malgorzata maliha malini malwina mamadou mamta
    mandeep mandie mandla mandy manfred manish manisha manjit manju manny manoj manon mansoor mantas manuel manuela
    mara marc marcel marcela marcelina marcella marcelle marcelo marcia marcin marco marcus mared marek margaret
    margarida margarita margaux margery margie margo margot maria mariah mariam marian mariana mariangela marianna
    marianne maribel maricar maricel maricris marie marija marilou marilyn marina mario mariola marion marisa marisol
    marissa marites marius mariusz mariya mariyam marjorie marjory marko marla marlene marlon marnie marsha marta
    martha martin martina martine martyn marvin marwa marwan mary maryam maryan maryann maryjane marzena masood massimo
    mateusz mathai mathew mathilda matias matilda matt matteo matthew matthias mattia maud maura maureen maurice
    maurizio mauro mavis maxine maya mckenzie meagan meena meenakshi meera megan meghan meghna mehdi mehmet mehmood
    mehran mehul mehwish mei meiling meirion mel melanie melchor melinda melissa melvin melvyn menna mercia meredith
    merfyn merin merle merlita mervyn mhairi mia michael michaela michal michela michele michelle mick mickey
    mieczyslaw miguel miguela mihaela mihai mihnea mikaela mike mikolaj milagros mildred milena millicent millie milly
    milo minal mindaugas minh minji minnie mirabelle miranda mircea mireille mirek mirela miroslava miroslaw mirza
    misbah mital mitch mitesh mladen mobolaji modupe moeen mohamed mohammad mohammed mohan mohsin moira mollie molly
    momchil mona monica monika monserrat montserrat morag moray morenike morgan morven morwenna moses mostafa moyra
    mpho mubarak mubashir mudassar mugur muhammad muireann mujahid mukesh mulenga mumtaz mungo munir munira murat murdo
    muriel murtaza musa musarrat mushtaq mustafa mwangi myfanwy mylene myles myra myrna nabeel nabila nadeem nadezhda
    nadia nadine nadira nadja naeem nafisa naheed nahla naila najma nalini namrata nana nancy nandi nandini nanette
    naoko naomi narcisa narendra naresh narinder nasim nasir nasra nasreen nasrin natalia natalie natalio nataliya
    nataly natalya natasha natasza nathalie nathan nathaniel natsai navdeep naveed naveen navid navin navjot nawaz
    nazia nazir nazma ndapiwa neelam neeraj neeta negin neha nehal neil nelia nell nellie nenita nerea neringa nerissa
    nerys nessa nesta nestor netta neve neville nga ngan ngoc ngozi nhung nia niall niamh nichola nicholas nicholle
    nicky nicola nicolas nicole nicoleta nicolette nicolo nicu nieves nigel nigella nikhil nikita nikki nikola nikolai
    nikolay nikolina nilesh niloofar nimisha nimmy nina ning niraj nirmal nirmala nisha nishant nitin njeri nkechi nkem
    nkiruka nkoli nnamdi nneka nnenna noah noel noella noelle nokuthula nola nomsa nomvula nonso noor nora norah
    norbert norberto noreen noriko norma norman normunds norris nosheen ntombi nuala nuno nupur nusrat nwando nyasha
    oana oanh obi obinna octavia octavian octavio odette odile ofelia ogechi oisin okechukwu oksana olabisi oladele
    olamide olanrewaju olawale olayinka oleksandr olena olga oliver olivia olivier oliwia ollie olu olubunmi olufemi
    olufunke olumide olusegun olushola oluwaseun oluwatobi oluwatosin olwen omar omer omid omolara omotola onyeka
    onyinye oonagh ophelia orla orlaith ornella osama osborne oscar oskar osman osvaldo oswald ottilie ousmane ovidiu
    owain owen oyinkansola ozlem pablo paddy padraic padraig paige paloma palvinder pam pamela panashe paolo parisa
    parminder parul parvaneh parveen parvez pascal pascale pascual patricia patrick patrizia patrycja patryk patsy
    patti patty paul paula paulette paulina pauline paulo pawel payal payam pearce pedro pegah peggy penelope penka
    petar pete peter petra petronella petru petula petya phil philip philippa phillip phillipa philomena phoebe phong
    phuc phuong phyllida phyllis pietro pilar piotr piotrek piyush plamen polly pooja portia prabha prabhjot pradeep
    prakash prasanth prashant pratik pravin preeti prerna priya priyanka przemek przemyslaw punam purvi qasim qiang
    qing quentin quincy quratulain quynh rab rabia rachael rachel rachelle rachna radek radka radoslav radoslaw radu
    rae rafael rafaela rafal rafe rafiq raghav raheel rahila rahim rahul raivis raj rajan rajani rajeev rajendra rajesh
    rajinder rajitha rajiv rajni raju rakesh raksha ralph raman ramesh ramila ramon ramona rania ranjana ranjit raphael
    raphaela raquel rasha rashid rashmi raul ravi ravinder rayanne raymond raymonda raza razia razvan rebecca rebekah
    reece reema reena reg reggie regina reginald rehan rehana rehman reinhard reji rejitha rekha remedios remya renata
    renato renjith renu reshma resmi reynaldo reza rhea rhett rhian rhiannon rhoda rhodri rhona rhonda rhydian rhys
    ricardina ricardo riccardo richard rick ricky rimantas rina rita ritu rizalina rizwan rizwana robbie robert roberta
    roberto robina robyn rocco rochelle rocio roddy rodel rodelio roderick rodger rodney rodolfo rodrigo rogelio roger
    rohan rohit roisin roksana roland rolando rolf roma romina rommel romy ron rona ronald ronaldo ronan rong
    ronke ronnie rory rosa rosaleen rosalia rosalie rosalind rosalinda rosalyn rosamund rosanna rosanne roseanna
    roseanne roselyn rosemarie rosemary roshan roshin roshni rosie rositsa ross rossella rotimi rowan rowena roxana
    roxanne roy roya roz ruairi ruaridh rubina rudo ruel rufaro rufus rukhsana rukhsar rumen rumyana rupa rupal rupert
    rupinder ruqayya russ russell ruta rutendo ruth ruthie ruvimbo ruxandra ryan ryleigh ryszard saad saba sabiha
    sabina sabir sabrina sacha sachin sadaf sadia sadie sadiq saeed safia safiya sahil sahra saima saira saji sajid
    sajith sajjad sakina sakura saleem saleh salim salima sallie sally salma salman salome salvatore sam saman samantha
    samar samia samina samir samira sammie sammy samson samuel sana sanam sanda sandeep sandhya sandie sandra sangeeta
    sanjana sanjay sanjeev sanna santiago santosh saoirse sapna saqib sara sarah sarfraz sarita sarwat sasha saskia
    satish satnam satoshi satvinder satwant saul saulius sava saverio sawsan seamus sean sebastian seema segun sehrish
    sekou selena selin selina selma selwyn seo seren serena sergei sergey sergio serhiy serkan seth seun shabana shabir
    shabnam shadi shafiq shagufta shahbaz shahid shahida shahnaz shahram shahzad shaista shaji shakeel shakil shalini
    shamim shamima shamsa shana shane shania shanice shanna shannon shantelle shanti sharad shari sharleen sharlene
    sharon sharron shaun shauna shayne shazia shea sheeja sheena sheetal sheila shelagh shelley shelly shelton sheraz
    sheree sherie sherin sheryl shibu shilpa shingai shiny shirin shirlee shirley shirlyn shital shiv shivani shoaib
    shobha shola shona shonagh shoshana shreya shreyas shruti shu shweta sian siavash sibongile sid sidney sidra sienna
    sigrid siji sijo silas silvana silvester silvia silviu simeon simisola simon simona simonas simone simonetta sindhu
    sinead siobhan sioned sipho skaiste skye slavka slawomir smita smitha sneha snezana sobia sofia sofie soheila sola
    soledad solomon somaya sonal sonali sondra sonia sonja sonya soo sophia sophie soraya sorcha soren sorin sorina
    soumya spencer sreeja sreejith srinivas stacey stacie stacy stanimir stanislaw stanley stefan stefania stefano
    stella steph stephan stephanie stephen steve steven stevie stewart stoyan struan stuart suad sudha sudhir sufyan
    suhail suja sujata sukhdeep sukhjinder sukhvinder sukhwinder suki sukie sumaira sumaiya suman sumaya sumayyah sumit
    sumita sunil sunita sunitha suraj suresh surinder surjit susan susana susanna susannah sushil sushila suzannah
    suzanne suzie suzy sven svetla svetlana svitlana swati sybil sylvester sylvia sylvie sylwester sylwia szymon
    tabassum tabitha tadeusz tadhg tafadzwa taha tahir tahira tahmina taiwo takashi takeshi takudzwa talha talia
    tallulah tamara tamika tamsin tamzin tania tanveer tanvir tanya tapiwa tara tarek tariq tariro tarun tasha tasleem
    tasmin tasneem tatenda tatiana tauseef tawanda tayyab teddy tegan tegwen tehmina tejal temitope tendai teodora
    teodoro terence teresa teresita terri terrie terry tessa tessie tetyana thabo thamer thandeka thandi thandiwe thanh
    thankachan thao thara thea thelma themba theo theodora theodore theresa therese thomas thora thulani thuy tia tiago
    tiana tiernan tiffany tilda tilly tim timmy timothy tina tinashe ting tinotenda tinu tiziana tobi tobias tobiloba
    toby tochukwu todd todor tokunbo tola tolga tolulope tom tomas tomasz tomek tomiwa tommaso tomos toni tony torsten
    toya tracey tracie tracy travis trevor tricia trina trinh trisha tristan trixie troy truc trudie trudy trupti
    tsitsi tsvetan tsvetelina tuan tudor tunde tung tuyen tuyet tyler tyra tyrone ubaid uche uchechi uchenna uday ugne
    ugochi ugonna ulrich ulrike ulysses uma umair umar umberto umer umesh una uriah ursula urszula urvashi usama usha
    usman uyen uzma uzoma vaida val valdis valentin valentina valentino valeria valerie valerio valeriu vanessa varsha
    varun vasco vasil vasile vasilka vaughan veena velma venkat verena verity verna vernon veronica veselin vicente
    vicki vickie vicky vijay vikas vikash vikki vikram viktor viktoria vilma vimal vimbai vinay vince vincent vincenzo
    vineet vinh vinita vinod violeta viorel viorica vipul virender virgilio virginie vishal vitor vittoria viv vivek
    vivian viviana vivien vivienne vlad vladimir vladimira volodymyr vytautas wael wahid wajid waleed walid wally
    walter wambui wanda wanjiku waqar waqas warren waseem wayne wei weiwei wen wendell wendy wenjing weronika wesley
    wieslaw wiktoria wilbur wilf wilfred wilfrid wilhelm wilhelmina willem william willis wilma winifred winston
    wioletta wladyslaw wojciech wojtek woo wyn xander xanthe xavier xia xiaohong xiaoli xiaoling xiaomei xiaoming
    xiaoyan ximena xin xinyi xiulan xuan yahya yan yana yann yannick yanyan yaqub yara yash yasin yasir yasmeen yasmin
    yasmine yemi yetunde yevhen yewande yifan yildiz ying yogesh yoko yolanda yolande yolandi yordan yorick yoshi
    younis yousaf yousef youssef ysanne yuan yuki yulia yuliya yumi yuna yunus yuri yusra yusuf yvette yvie yvonne zac
    zach zachary zack zafar zaheer zahid zahida zahra zahraa zaid zainab zainabu zakary zakia zakir zane zanele zara
    zbigniew zdravko zdzislaw zeeshan zeinab zelda zena zenaida zenon zeynep zhen zhi zlatka zodwa zoe zofia zohra zola
    zora zoran zubaida zubair zulfiqar zuzanna zydrunas zygmunt
    """
)
