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
    aaron abbie abby abdul abdullah abena abigail abraham adam adebayo adeel adele adrian ahmad ahmed aidan aiden
    aileen aisha aisling ajay akua alan alana alasdair alastair alec alejandra alejandro alex alexander alexis alfie
    alfred alice alison alistair allan allison alyssa amanda amara amelia amelie amina amir amit amna amrit amy ana
    anand anastasia andrea andrei andrew andy aneta angela angie angus anika anil anita anjali ann anna annabel anne
    annette annie anthony anton antonio anwar anya arash arjun arnold arthur arun asha ashley ashok asif asma audrey
    ava ayesha ayo azra barbara barry beata beatrice becky belinda ben benedict benjamin bernadette bernard bertie
    beryl bethan bethany betty beverley bianca bob bogdan boris brenda brendan brian bridget bronwen bruce bryony
    callum cameron camilla carl carla carlos carly carmen caroline carolyn carys catherine cathy cecilia ceri
    chantelle charlene charlie charlotte cheryl chidi chinedu chioma chloe chris christina christine christopher ciara
    ciaran cillian claire clare claudia clive colette colleen connor conor courtney cristina cynthia damian damien
    daniel daniela danielle danny darren daryl dave david dawid debbie deborah debra declan deepa deepak deirdre
    denise dennis derek desmond diana diane dimitri dinesh dionne dominic donald donna doreen doris dorothy douglas
    duncan dylan ebony eddie edith edmund edna edward edwin efua eileen elaine eleanor elena elin elise eliza ella
    ellen ellie elsie emeka emer emily emma emmanuel enid eoin eric erin esme esther ethan ethel euan eugene eunice
    eva evan evelyn ewan ewelina faisal farah farhan fatima fatou fay felix femi fergus fiona folake frances francesca
    francis fraser fred freddie frederick freya gabriel gabriela gail gareth garry gary gavin gaynor gemma geoff
    geoffrey geraint gerald geraldine gerard gethin gillian gina giorgia giovanni giulia gladys glenda glenn gloria
    godfrey gordon graeme graham greg gregory greta gurpreet gwen gwyneth hannah harjit harold harpreet harriet
    harrison harvey hassan hayley hector hefin heidi helen helena henry hilary hilda himanshu howard hugh hugo
    humphrey husna hussain hussein iain ian ibrahim idris ieuan ifeoma imogen imran ines ingrid ioana iqbal irene
    irina isaac isabel isabella isabelle isla ivan jackie jacob jacqueline jacqui jake jakub jamal james jamie jane
    janet janice janine jaroslaw jason jaswinder javed javier jay jeff jeffrey jemma jennifer jenny jeremy jerome
    jessica jessie jim jimmy jitesh joan joana joanna joanne jodie joe joel john johnny jolanta jon jonah jonathan
    jose joseph josephine josie joyce juan judith judy julia julian julie juliet justin justine kaitlyn kamal kamila
    karen karim karl karolina kasia katarzyna kate katherine kathleen kathryn kathy katie katrina kavita kay kayleigh
    keeley keira keith kelly kelvin kemi kenneth kerry kevin khadija khalid kiera kieran kim kimberley kiran kirsten
    kirsty kofi krishna kristina krystyna kumar kwabena kwame kylie lakshmi lara larry laura lauren laurence lawrence
    layla leah leanne leila len leo leon leonard leroy lesley leslie lewis liam libby lidia linda lindsay lindsey lisa
    liz lizzie lloyd logan lois lorenzo lorna lorraine lottie louis louisa louise lucas lucia lucinda lucy ludmila
    luis luiza luke lydia lynda lynette lynn lynne mabel maciej maddie madeleine magdalena maggie mahmood mairead
    malcolm malgorzata mandeep mandy manjit manuel marcia marcin marco marcus marek margaret margot maria mariam
    marian marie mariusz marjorie marlene marta martha martin martina martyn mary matilda matt matteo matthew maureen
    maurice mavis meera megan mehdi mehmet mei mel melanie melissa michael michelle mick miguel mihai mike mildred
    millie miranda mohamed mohammad mohammed mohan moira mollie molly mona monica monika morag muhammad muriel mustafa
    myra nadia nadine nancy naomi narinder natalia natalie natasha nathan navid neha neil nell nia niamh nichola
    nicholas nicola nicolas nicole nigel nikhil nikita nina nisha noah noel nora norma norman nuala obi oksana olga
    oliver olivia olu oluwaseun omar orla osama oscar oskar osman owain owen paddy pamela parveen patricia patrick
    patrycja paul paula pauline pawel pedro peggy peter petra phil philip philippa phillip phoebe phyllis piotr polly
    pooja prakash priya priyanka rachael rachel radu rafael rahul raj rajesh rajiv ralph ramesh ramona rania raquel
    rashid ravi raymond rebecca reece rehana renata rhian rhiannon rhys ricardo richard rick ricky rita robert roberta
    roberto roderick rodney roger rohan roisin roland ronald ronan ronnie rory rosa rosalind rosalyn rosanna roseanne
    rosemary rosie ross roxanne roy rupert russell ruth ryan sabina sabrina sadia sadie saeed saima sajid salim sally
    salma sam samantha samina samir samson samuel sandeep sandra sanjay santosh sara sarah sasha saskia satnam sean
    sebastian selina serena seth shabnam shahid shane shannon sharon shaun shauna sheena sheila shelley shirley shona
    shreya sian sienna silvia simon simone sinead siobhan slawomir sofia sonia sophia sophie spencer stacey stanley
    stefan stella stephanie stephen steve steven stewart stuart sunil sunita suresh surinder susan susanna susannah
    sushila suzanne svetlana sylvia sylwia tahir tamara tamsin tania tanya tara tariq tasha tatiana terence teresa
    terry tessa thandi theo theresa thomas tim timothy tina toby tom tomasz toni tony tracey tracy trevor trisha trudy
    tunde tyler tyrone una ursula usha usman valerie vanessa vaughan verity vernon veronica vicky vijay vikram vincent
    vinod vivian vivien vivienne walter wanda warren wayne wendy wesley wilfred william winifred winston wojciech
    xavier yasmin yasmine yetunde yolanda yusuf yvette yvonne zachary zahra zainab zara zeinab zoe zofia zubair
    zuzanna
    """
)
