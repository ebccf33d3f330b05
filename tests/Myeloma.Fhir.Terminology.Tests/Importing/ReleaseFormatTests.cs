using System.IO.Compression;
using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Terminology.Tests.Importing;

/// <summary>Releases of terminologies in the form their owners publish them, with content of our own, read into code systems that answer.</summary>
public sealed class ReleaseFormatTests
{
    [Fact]
    public void SNOMED_CT_has_its_hierarchy_names_by_dialect_attributes_and_inactive_concepts()
    {
        const string Core = "900000000000207008";
        var system = Compiled(
            "SnomedCT/Snapshot/Terminology/sct2_Concept_Snapshot_INT_20250101.txt",
            ("SnomedCT/Snapshot/Terminology/sct2_Concept_Snapshot_INT_20250101.txt", Lines(
                "id	effectiveTime	active	moduleId	definitionStatusId",
                $"138875005	20020131	1	{Core}	900000000000074008", $"1001	20200131	1	{Core}	900000000000074008", $"1002	20200131	1	{Core}	900000000000073002",
                $"1003	20240101	0	{Core}	900000000000074008", $"2001	20200131	1	{Core}	900000000000074008")),
            ("SnomedCT/Snapshot/Terminology/sct2_Description_Snapshot-en_INT_20250101.txt", Lines(
                "id	effectiveTime	active	moduleId	conceptId	languageCode	typeId	term	caseSignificanceId",
                $"1	20200131	1	{Core}	1001	en	900000000000003001	Colour (thing)	900000000000448009", $"2	20200131	1	{Core}	1001	en	900000000000013009	Colour	900000000000448009",
                $"3	20200131	1	{Core}	1001	en	900000000000013009	Color	900000000000448009", $"4	20200131	1	{Core}	1002	en	900000000000003001	Red (thing)	900000000000448009",
                $"5	20200131	0	{Core}	1002	en	900000000000013009	Crimson	900000000000448009", $"6	20200131	1	{Core}	2001	en	900000000000003001	Strength (attribute)	900000000000448009")),
            ("SnomedCT/Snapshot/Terminology/sct2_TextDefinition_Snapshot-en_INT_20250101.txt", Lines(
                "id	effectiveTime	active	moduleId	conceptId	languageCode	typeId	term	caseSignificanceId", $"7	20200131	1	{Core}	1002	en	900000000000550004	Like blood.	900000000000448009")),
            ("SnomedCT/Snapshot/Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_20250101.txt", Lines(
                "id	effectiveTime	active	moduleId	refsetId	referencedComponentId	acceptabilityId",
                $"a	20200131	1	{Core}	900000000000509007	3	900000000000548007", $"b	20200131	1	{Core}	900000000000509007	2	900000000000549004", $"c	20200131	1	{Core}	900000000000508004	2	900000000000549004")),
            ("SnomedCT/Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20250101.txt", Lines(
                "id	effectiveTime	active	moduleId	sourceId	destinationId	relationshipGroup	typeId	characteristicTypeId	modifierId",
                $"11	20200131	1	{Core}	1001	138875005	0	116680003	900000000000011006	900000000000451002", $"12	20200131	1	{Core}	1002	1001	0	116680003	900000000000011006	900000000000451002",
                $"13	20200131	1	{Core}	1002	138875005	0	116680003	900000000000010007	900000000000451002", $"14	20200131	1	{Core}	1002	1001	1	363698007	900000000000011006	900000000000451002",
                $"15	20200131	0	{Core}	1002	2001	1	363698007	900000000000011006	900000000000451002")),
            ("SnomedCT/Snapshot/Terminology/sct2_RelationshipConcreteValues_Snapshot_INT_20250101.txt", Lines(
                "id	effectiveTime	active	moduleId	sourceId	value	relationshipGroup	typeId	characteristicTypeId	modifierId", $"16	20200131	1	{Core}	1002	#10	1	1142135004	900000000000011006	900000000000451002")));

        Assert.Equal("http://snomed.info/sct|http://snomed.info/sct/900000000000207008/version/20250101", system.Canonical);
        Assert.Equal(5, system.Count);
        Assert.Equal(["138875005 > 1001 > 1002"], Paths(system, "1002"));
        Assert.Equal(("Color", "Red (thing)", "Like blood."), (system.Display(system.Find("1001")), system.Display(system.Find("1002")), system.Definition(system.Find("1002"))));
        Assert.Equal(
            ["en 900000000000003001 Colour (thing)", "en 900000000000013009 Colour", "en 900000000000013009 Color", "en-x-sctlang-90000000-00005090-07 preferredForLanguage Color"],
            system.Designations(system.Find("1001")).ToArray().Select(each => $"{each.Language} {each.Use!.Code} {each.Value}"));
        Assert.Equal(
            ["inactive boolean false", "sufficientlyDefined boolean true", "moduleId code 900000000000207008", "effectiveTime dateTime 2020-01-31", "1142135004 decimal 10", "363698007 code 1001"],
            Properties(system, "1002"));
        Assert.True(system.IsInactive(system.Find("1003")));
    }

    [Fact]
    public void An_edition_that_the_name_does_not_tell_has_to_be_named()
    {
        using var files = Zip(("sct2_Concept_Snapshot_XX1000999_20250101.txt", Lines("id	effectiveTime	active	moduleId	definitionStatusId", "1001	20200131	1	2	3")));
        var format = ReleaseFormat.Get(null, files);

        var fault = Assert.Throws<FhirException>(() => format.Read(files, new ReleaseOptions(), null, CancellationToken.None));
        var read = format.Read(files, new ReleaseOptions(Edition: "999000041000000102"), null, CancellationToken.None);

        Assert.Equal(IssueType.Required, fault.Issues.Single().Type);
        Assert.Equal("http://snomed.info/sct/999000041000000102/version/20250101", read.Version);
    }

    [Fact]
    public void LOINC_has_terms_parts_answers_and_the_hierarchy()
    {
        var system = Compiled(
            "Loinc_2.78/LoincTable/Loinc.csv",
            ("Loinc_2.78/LoincTable/Loinc.csv", Lines(
                "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_TYP\",\"CLASS\",\"STATUS\",\"SHORTNAME\",\"LONG_COMMON_NAME\",\"CLASSTYPE\"",
                "\"1-8\",\"Thing, \"\"odd\"\"\",\"MCnc\",\"Pt\",\"Ser\",\"Qn\",\"\",\"CHEM\",\"ACTIVE\",\"Thing SerPl\",\"Thing [Mass/volume] in Serum\",\"1\"",
                "\"2-6\",\"Old\",\"MCnc\",\"Pt\",\"Ser\",\"Qn\",\"\",\"CHEM\",\"DEPRECATED\",\"\",\"Old thing\",\"1\"")),
            ("Loinc_2.78/AccessoryFiles/PartFile/Part.csv", Lines("PartNumber,PartTypeName,PartName,PartDisplayName,Status", "LP1-1,COMPONENT,Thing,The thing,ACTIVE")),
            ("Loinc_2.78/AccessoryFiles/AnswerFile/AnswerList.csv", Lines("AnswerListId,AnswerListName,AnswerStringId,DisplayText", "LL1-9,Sizes,LA1-1,Small", "LL1-9,Sizes,LA2-9,Large")),
            ("Loinc_2.78/AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv", Lines("PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT", ",1,,LP1-1,Thing", "LP1-1,2,LP1-1,1-8,Thing Ser")));

        Assert.Equal(("http://loinc.org|2.78", 6), (system.Canonical, system.Count));
        Assert.Equal(["LP1-1 > 1-8"], Paths(system, "1-8"));
        Assert.Equal(
            ["STATUS string ACTIVE", "COMPONENT string Thing, \"odd\"", "PROPERTY string MCnc", "TIME_ASPCT string Pt", "SYSTEM string Ser", "SCALE_TYP string Qn", "CLASS string CHEM", "CLASSTYPE string 1"],
            Properties(system, "1-8"));
        Assert.Equal(["answers code LA1-1", "answers code LA2-9"], Properties(system, "LL1-9"));
        Assert.True(system.IsInactive(system.Find("2-6")));
    }

    [Fact]
    public void RxNorm_has_one_name_a_concept_and_relations_as_properties()
    {
        var system = Compiled(
            "rrf/RXNCONSO.RRF",
            ("rrf/RXNCONSO.RRF", Lines(
                "100|ENG||||||1|||100|RXNORM|IN|100|substance||N||", "100|ENG||||||2|||100|RXNORM|SY|100|other name||N||", "100|ENG||||||3|||x|MTHSPL|SU|x|foreign||N||",
                "200|ENG||||||4|||200|RXNORM|SCD|200|substance 5 MG Oral Tablet||N||", "300|ENG||||||5|||300|RXNORM|BN|300|Gone||O||")),
            ("rrf/RXNREL.RRF", Lines("100||CUI|RO|200||CUI|has_ingredient|||RXNORM||||N||", "200||CUI|RO|100||CUI|ingredient_of|||RXNORM||||N||", "100||CUI|RO|200||CUI|old|||RXNORM||||O||")),
            ("rrf/RXNSTY.RRF", Lines("100|T109|A1|Organic Chemical|AT1||")),
            ("rrf/RXNSAB.RRF", Lines("|C1|MTHSPL_x|MTHSPL|a||x|", "|C2|RXNORM_20AA_250106F|RXNORM|RxNorm||20AA_250106F|")));

        Assert.Equal(("http://www.nlm.nih.gov/research/umls/rxnorm|20AA_250106F", 3), (system.Canonical, system.Count));
        Assert.Equal(["TTY code IN", "ingredient_of code 200", "STY string Organic Chemical"], Properties(system, "100"));
        Assert.Equal(["TTY code SCD", "has_ingredient code 100"], Properties(system, "200"));
        Assert.Equal(["other name"], system.Designations(system.Find("100")).ToArray().Select(each => each.Value));
        Assert.True(system.IsInactive(system.Find("300")));
    }

    [Fact]
    public void NCIt_has_several_parents_synonyms_and_retired_concepts()
    {
        var system = Compiled("Thesaurus_25.01d.txt", ("Thesaurus_25.01d.txt", Lines(
            "C1	<http://x#C1>		Root|Top	The root.			Conceptual Entity", "C2	<http://x#C2>	C1	Left				Idea|Concept",
            "C3	<http://x#C3>	C1	Right				Idea", "C4	<http://x#C4>	C2|C3	Both			Retired_Concept	Idea")));

        Assert.Equal(("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl|25.01", 4), (system.Canonical, system.Count));
        Assert.Equal(["C1 > C2 > C4", "C1 > C3 > C4"], Paths(system, "C4"));
        Assert.Equal(["Semantic_Type string Idea", "Semantic_Type string Concept"], Properties(system, "C2"));
        Assert.True(system.IsInactive(system.Find("C4")));
    }

    [Fact]
    public void ICD_10_CM_has_dots_and_headers_that_cannot_be_chosen()
    {
        var system = Compiled("icd10cm_order_2025.txt", ("icd10cm_order_2025.txt", Lines(
            "00001 A00     0 " + "Short thing".PadRight(60) + " Long thing", "00002 A000    1 " + "Thing one".PadRight(60) + " Thing one", "00003 A0001   1 " + "Thing one one".PadRight(60) + " Thing one one")));

        Assert.Equal("http://hl7.org/fhir/sid/icd-10-cm|2025", system.Canonical);
        Assert.Equal(["A00 > A00.0 > A00.01"], Paths(system, "A00.01"));
        Assert.Equal(("Long thing", true, false), (system.Display(system.Find("a00")), system.IsAbstract(system.Find("A00")), system.IsAbstract(system.Find("A00.0"))));
    }

    [Fact]
    public void Substances_have_names_and_the_identifiers_of_others()
    {
        var system = Compiled(
            "UNII_Records_1Jan2025.txt",
            ("UNII_Records_1Jan2025.txt", Lines("UNII	Display Name	RN	NCIT	RXCUI	INCHIKEY", "AAAAAAAAAA	THING	50-00-0	C1	100	KEY")),
            ("UNII_Names_1Jan2025.txt", Lines("Name	TYPE	UNII	Display Name", "THING	cn	AAAAAAAAAA	THING", "OTHER THING	cn	AAAAAAAAAA	THING")));

        Assert.Equal(["RN string 50-00-0", "NCIT string C1", "RXCUI string 100", "INCHIKEY string KEY"], Properties(system, "AAAAAAAAAA"));
        Assert.Equal(["OTHER THING"], system.Designations(system.Find("AAAAAAAAAA")).ToArray().Select(each => each.Value));
    }

    [Fact]
    public void ATC_codes_stand_below_their_beginnings()
    {
        var system = Compiled("ATC_2025.csv", ("ATC_2025.csv", Lines(
            "ATC code;ATC level name;DDD;U;Adm.R", "A;GROUP;;;", "A01;PART;;;", "A01B;SMALLER;;;", "A01BC;SMALLEST;;;", "A01BC02;substance;5;mg;O")));

        Assert.Equal("http://www.whocc.no/atc|2025", system.Canonical);
        Assert.Equal(["A > A01 > A01B > A01BC > A01BC02"], Paths(system, "A01BC02"));
        Assert.Equal(["DDD string 5 mg O"], Properties(system, "A01BC02"));
    }

    [Fact]
    public void ClaML_has_classes_rubrics_and_languages()
    {
        const string xml = """
            <?xml version="1.0" encoding="UTF-8"?><!DOCTYPE ClaML SYSTEM "ClaML.dtd">
            <ClaML version="2.0.0"><Title name="X" date="2025-01-01" version="7">A classification</Title>
              <Class code="I" kind="chapter"><SubClass code="X1"/><Rubric kind="preferred"><Label xml:lang="en">Chapter one</Label></Rubric></Class>
              <Class code="X1" kind="category"><SuperClass code="I"/><Rubric kind="preferred"><Label xml:lang="en">A <Reference>thing</Reference>
                 of kind</Label><Label xml:lang="de">Ein Ding</Label></Rubric><Rubric kind="inclusion"><Label xml:lang="en">Stuff</Label></Rubric></Class>
            </ClaML>
            """;
        using var files = Zip(("classification.xml", xml));
        var format = ReleaseFormat.Get(null, files);

        var unnamed = Assert.Throws<FhirException>(() => format.Read(files, new ReleaseOptions(), null, CancellationToken.None));
        var system = new CompiledCodeSystem(format.Read(files, new ReleaseOptions(Url: "http://example.org/x"), null, CancellationToken.None));

        Assert.Equal(IssueType.Required, unnamed.Issues.Single().Type);
        Assert.Equal(("http://example.org/x|7", "A classification"), (system.Canonical, system.Source.Title));
        Assert.Equal(["I > X1"], Paths(system, "X1"));
        Assert.Equal("A thing of kind", system.Display(system.Find("X1")));
        Assert.Equal(["de preferred Ein Ding", "en inclusion Stuff"], system.Designations(system.Find("X1")).ToArray().Select(each => $"{each.Language} {each.Use!.Code} {each.Value}"));
        Assert.True(system.IsAbstract(system.Find("I")));
    }

    [Fact]
    public void A_table_is_read_by_the_mapping_of_its_columns()
    {
        var columns = new TableColumns("Key", "Label", null, "Up")
        {
            Properties = new Dictionary<string, string> { ["colour"] = "Paint" }, Designations = new Dictionary<string, string> { ["de"] = "Deutsch" },
        };
        using var files = ReleaseFiles.Of("things.csv", new MemoryStream(Encoding.UTF8.GetBytes("Key,Label,Up,Paint,Deutsch\na,\"A, thing\",,red,Ding\nb,B,a,,\n")));

        var system = new CompiledCodeSystem(ReleaseFormat.Get("csv", files).Read(files, new ReleaseOptions("http://example.org/t", "1", null, columns), null, CancellationToken.None));

        Assert.Equal(["a > b"], Paths(system, "b"));
        Assert.Equal(("A, thing", "Ding"), (system.Display(system.Find("a")), system.Designations(system.Find("a"))[0].Value));
        Assert.Equal(["colour string red"], Properties(system, "a"));
    }

    [Fact]
    public void Lines_of_JSON_are_a_code_system_and_its_concepts()
    {
        var system = Compiled("x.ndjson", ("x.ndjson", """
            {"resourceType":"CodeSystem","url":"http://example.org/n","version":"2","status":"active","content":"complete","caseSensitive":false,"property":[{"code":"colour","type":"Coding"}]}
            {"code":"b","display":"B","property":[{"code":"parent","valueCode":"a"},{"code":"colour","valueCoding":{"system":"http://example.org/c","code":"red","display":"Red"}},{"code":"weight","valueDecimal":1.50}]}

            {"code":"a","display":"A","definition":"First.","designation":[{"language":"de","use":{"code":"short"},"value":"Ä"}],"concept":[{"code":"c"}]}
            """));

        Assert.Equal(("http://example.org/n|2", 3, false), (system.Canonical, system.Count, system.IsCaseSensitive));
        Assert.Equal(["a > b"], Paths(system, "b"));
        Assert.Equal(["a > c"], Paths(system, "c"));
        Assert.Equal(system.Find("c"), system.Find("C"));
        Assert.Equal(["colour Coding red", "weight decimal 1.50"], Properties(system, "b"));
        Assert.Equal(("First.", new Designation("de", new ConceptUse(null, "short", null), "Ä")), (system.Definition(system.Find("a")), system.Designations(system.Find("a")).ToArray().Single()));
    }

    [Fact]
    public void Members_of_a_line_may_stand_in_any_order_and_of_several_the_last_counts()
    {
        var system = Compiled("x.ndjson", ("x.ndjson", """
            {"resourceType":"CodeSystem","url":"http://example.org/n","status":"active","content":"complete","property":[{"code":"colour","type":"string"}]}
              {"concept":[{"display":"C","code":"c","modifierExtension":[{"url":"x"}]}],"designation":[{"value":"lost"}],"property":[{"valueString":"a\tb \"c\"","id":"1","code":"colour"},{"code":"both","valueCode":"x","valueInteger":-7,"extension":[{"valueString":"not this"}]},{"code":"none"},{"valueCode":"b","code":"parent"}],"designation":[{"use":{"display":"Short","extension":[],"code":"s"},"value":"\u00c4 \ud83d\udd29","language":null}],"display":"lost","display":"A","code":"a","definition":null}
            {"code":"b","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/rendering-style","valueString":"x: y"},{"url":"http://example.org/other","valueString":"x"}]}
            """.Replace("\n", "\r\n", StringComparison.Ordinal)));

        Assert.Equal(["b > a"], Paths(system, "a"));
        Assert.Equal(["a > c"], Paths(system, "c").Select(path => path.Replace("b > ", "", StringComparison.Ordinal)));
        Assert.Equal(["colour string a\tb \"c\"", "both code x", "both integer -7"], Properties(system, "a"));
        Assert.Equal(("A", null), (system.Display(system.Find("a")), system.Definition(system.Find("a"))));
        Assert.Equal(new Designation(null, new ConceptUse(null, "s", "Short"), "Ä \ud83d\udd29"), system.Designations(system.Find("a")).ToArray().Single());
        Assert.Equal("""{"url":"http://hl7.org/fhir/StructureDefinition/rendering-style","valueString":"x: y"}""", system.Extensions(system.Find("b")).ToArray().Single().Json);
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    public void Lines_longer_than_a_block_and_at_its_border_are_read_in_every_encoding(string encoding, bool hasMark)
    {
        var text = new StringBuilder("{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n");
        for (var each = 0; each < 60; each++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"code\":\"c{each}\",\"display\":\"{new string('ä', each * each * 60)}\"}}{(each == 59 ? "" : "\n")}");
        using var files = ReleaseFiles.Of("x.ndjson", new MemoryStream([.. hasMark ? Encoding.GetEncoding(encoding).GetPreamble() : [], .. Encoding.GetEncoding(encoding).GetBytes(text.ToString())]));
        var source = ReleaseFormat.Get(null, files).Read(files, new ReleaseOptions(), null, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 60).Select(each => ($"c{each}", each * each * 60)), source.Concepts.Select(each => (each.Code, each.Display!.Length)));
    }

    [Fact]
    public void Many_lines_stay_in_their_order_and_a_code_that_comes_again_adds_to_its_concept()
    {
        const int Count = 9_000;
        var lines = Enumerable.Range(0, Count).Select(each => $$"""{"code":"c{{each}}","display":"Number {{each}}","property":[{"code":"parent","valueCode":"c{{each + 1}}"}]}""")
            .Append("""{"code":"c0","display":"Late","designation":[{"value":"Again"}]}""").Append($$"""{"code":"c{{Count}}"}""");
        var system = Compiled("x.ndjson", ("x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n" + string.Join('\n', lines)));

        Assert.Equal(Count + 1, system.Count);
        Assert.Equal(Enumerable.Range(0, Count + 1).Select(each => $"c{Count - each}"), Enumerable.Range(0, Count + 1).Select(system.Code));
        Assert.Equal(("Number 0", "Again"), (system.Display(system.Find("c0")), system.Designations(system.Find("c0"))[0].Value));
    }

    [Theory]
    [InlineData("ndjson", "x.ndjson", "", IssueType.Structure, "x.ndjson is empty.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"ValueSet\",\"status\":\"active\"}", IssueType.Structure, "x.ndjson, line 1: a CodeSystem stands there, not a ValueSet.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n{\"display\":\"A\"}", IssueType.Structure, "x.ndjson, line 2: it is no concept of a CodeSystem in JSON.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n\n{\"code\":\"a\"} {\"code\":\"b\"}", IssueType.Structure, "x.ndjson, line 3: it is no concept of a CodeSystem in JSON.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n{\"code\":1}", IssueType.Structure, "x.ndjson, line 2: it is no concept of a CodeSystem in JSON.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n{\"code\":\"a\",\"property\":[{\"code\":\"x\",\"value\":1}]}", IssueType.Structure, "x.ndjson, line 2: it is no concept of a CodeSystem in JSON.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n{\"code\":\"a\",\"designation\":[{\"language\":\"en\"}]}", IssueType.Structure, "x.ndjson, line 2: it is no concept of a CodeSystem in JSON.")]
    [InlineData("ndjson", "x.ndjson", "{\"resourceType\":\"CodeSystem\",\"url\":\"http://example.org/n\",\"status\":\"active\",\"content\":\"complete\"}\n[1", IssueType.Structure, "x.ndjson, line 2: it is no concept of a CodeSystem in JSON.")]
    [InlineData("csv", "t.csv", "code,display\na,A\na,B\n", IssueType.Structure, "t.csv, row 3: the code 'a' stands there a second time.")]
    [InlineData("csv", "t.csv", "key,display\na,A\n", IssueType.Structure, "t.csv has no column 'code'; it has key, display.")]
    [InlineData("csv", "t.csv", "code,display\n,A\n", IssueType.Structure, "t.csv, row 2: there is no code in the column 'code'.")]
    [InlineData("csv", "t.csv", "", IssueType.Structure, "t.csv is empty.")]
    [InlineData("csv", "t.csv", "code,display\n", IssueType.Structure, "The release of the form csv has no concepts.")]
    [InlineData("csv", "t.csv", "code,display\na,\"A\nb,B\n", IssueType.Structure, "t.csv, line 2: a quotation mark is missing, or one too many.")]
    [InlineData("rrf", "RXNCONSO.RRF", "100|ENG\n", IssueType.Structure, "RXNCONSO.RRF, line 1: 2 fields where 18 are expected.")]
    [InlineData("claml", "x.xml", "<ClaML><Class", IssueType.Structure, "x.xml, line 1: it is no well-formed XML.")]
    [InlineData("rf2", "t.csv", "x", IssueType.Structure, "A release of the form rf2 has a file sct2_Concept_Snapshot_….txt; there is none.")]
    [InlineData("owl", "t.csv", "x", IssueType.NotSupported, "'owl' is no form of a terminology's release that is known here; rf2, loinc, rrf, ncit, icd-10-cm, unii, atc, claml, ndjson, csv are.")]
    [InlineData(null, "t.csv", "x", IssueType.Structure, "The files look like no release that is known here (rf2, loinc, rrf, ncit, icd-10-cm, unii, atc, claml, ndjson, csv); name the form.")]
    public void What_cannot_be_read_is_refused_with_its_place(string? form, string name, string text, IssueType type, string diagnostics)
    {
        using var files = Zip((name, text));

        var fault = Assert.Throws<FhirException>(() => ReleaseFormat.Get(form, files).Read(files, new ReleaseOptions("http://example.org/t"), null, CancellationToken.None));

        Assert.Equal((type, diagnostics), (fault.Issues.Single().Type, fault.Issues.Single().Diagnostics));
    }

    private static CompiledCodeSystem Compiled(string recognizedBy, params (string Name, string Text)[] contents)
    {
        using var files = Zip(contents);
        Assert.Contains(recognizedBy, files.Names);
        return new CompiledCodeSystem(ReleaseFormat.Get(null, files).Read(files, new ReleaseOptions(), null, CancellationToken.None));
    }

    private static ReleaseFiles Zip(params (string Name, string Text)[] contents)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in contents)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return ReleaseFiles.Of("release.zip", stream);
    }

    private static string Lines(params string[] lines) => string.Join("\r\n", lines) + "\r\n";

    private static IEnumerable<string> Properties(CompiledCodeSystem system, string code) =>
        system.Properties(system.Find(code)).ToArray().Select(each => $"{each.Code} {each.Kind} {each.Value}");

    /// <summary>The ways from a root down to a concept.</summary>
    private static IEnumerable<string> Paths(CompiledCodeSystem system, string code)
    {
        var parents = system.Hierarchy.Parents(system.Find(code)).ToArray();
        return parents.Length == 0 ? [code] : parents.SelectMany(parent => Paths(system, system.Code(parent))).Select(path => $"{path} > {code}");
    }
}
