using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ExpressionConstraints;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Terminology.Importing;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Terminology.Tests.ExpressionConstraints;

/// <summary>Expression constraints over a small release: what each selects, and what is refused.</summary>
/// <remarks>https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language</remarks>
public sealed class ExpressionConstraintTests
{
    private static readonly CompiledCodeSystem System = new(Read(Release));

    private static SnomedCtRelease Release => new SnomedCtRelease()
        .Concept(SnomedCtRelease.Root, "Everything (root)", [])
        .Concept("100000", "Finding (finding)", [SnomedCtRelease.Root])
        .Concept("100001", "Heart disease (disorder)", ["100000"], isDefined: true).Synonym("100001", "de", "Herzkrankheit").Definition("100001", "An illness of the pump.")
        .Concept("100002", "Heart attack (disorder)", ["100001"], isDefined: true, time: "20240101")
        .Concept("100003", "Lung disease (disorder)", ["100000"], module: "900000000000012004")
        .Concept("100004", "Old heart disease (disorder)", [], isActive: false).Association(SnomedCtRelease.SameAs, "100004", "100001").Member(SnomedCtRelease.SameAs, "100004")
        .Concept("100005", "Older attack (disorder)", [], isActive: false).Association(SnomedCtRelease.ReplacedBy, "100005", "100002").Member(SnomedCtRelease.ReplacedBy, "100005")
        .Concept("100006", "Heart and lung disease (disorder)", ["100001", "100003"])
        .Concept("200000", "Structure (body structure)", [SnomedCtRelease.Root])
        .Concept("200001", "Heart (body structure)", ["200000"]).Concept("200002", "Ventricle (body structure)", ["200001"]).Concept("200003", "Lung (body structure)", ["200000"])
        .Concept("300000", "Shape (morphology)", [SnomedCtRelease.Root]).Concept("300001", "Scar (morphology)", ["300000"]).Concept("300002", "Small scar (morphology)", ["300001"])
        .Concept("400000", "Product (product)", [SnomedCtRelease.Root]).Concept("400001", "Weak tablet (product)", ["400000"]).Concept("400002", "Strong tablet (product)", ["400000"])
        .Concept("600000", "Set (foundation metadata)", [SnomedCtRelease.Root]).Concept("600001", "Simple set (foundation metadata)", ["600000"]).Concept("600002", "Other set (foundation metadata)", ["600000"])
        .Concept("700000", "Attribute (attribute)", [SnomedCtRelease.Root]).Concept(SnomedCtRelease.FindingSite, "Site (attribute)", ["700000"]).Concept(SnomedCtRelease.Morphology, "Morphology (attribute)", ["700000"])
        .Relationship("100001", 1, SnomedCtRelease.FindingSite, "200001").Relationship("100001", 1, SnomedCtRelease.Morphology, "300001")
        .Relationship("100002", 1, SnomedCtRelease.FindingSite, "200002").Relationship("100002", 1, SnomedCtRelease.Morphology, "300002")
        .Relationship("100002", 2, SnomedCtRelease.FindingSite, "200003").Relationship("100002", 2, SnomedCtRelease.Morphology, "300001")
        .Relationship("100003", 0, SnomedCtRelease.FindingSite, "200003")
        .Relationship("100006", 0, SnomedCtRelease.FindingSite, "200003").Relationship("100006", 0, SnomedCtRelease.FindingSite, "200001").Relationship("100006", 0, SnomedCtRelease.Morphology, "300001")
        .Value("400001", 1, SnomedCtRelease.Strength, "#10").Value("400002", 1, SnomedCtRelease.Strength, "#20.5").Value("400002", 1, "1142143009", "\"E10.9 tablet\"")
        .Member("600001", "100001").Member("600001", "100004").Member("600001", "200001").Member("600001", "100003", isActive: false).Member("600002", "100003");

    [Theory]
    [InlineData("100001", "100001")]
    [InlineData(" 100001 |Heart disease| /* the heart */ ", "100001")]
    [InlineData("999999", "")]
    [InlineData("< 100001", "100002 100006")]
    [InlineData("<< 100001 |Heart | ", "100001 100002 100006")]
    [InlineData("<! 100000", "100001 100003")]
    [InlineData("<<! 100000", "100000 100001 100003")]
    [InlineData("> 100006", "100000 100001 100003 138875005")]
    [InlineData(">> 100002", "100000 100001 100002 138875005")]
    [InlineData(">! 100006", "100001 100003")]
    [InlineData(">>! 100006", "100001 100003 100006")]
    [InlineData("!!> (<< 100001 OR 100003)", "100001 100003")]
    [InlineData("!!< (<< 100001 OR 100003)", "100002 100006")]
    [InlineData("< (100001 OR 200001)", "100002 100006 200002")]
    [InlineData("> (100002 OR 200002)", "100000 100001 138875005 200000 200001")]
    [InlineData("<! (100000 OR 200000)", "100001 100003 200001 200003")]
    [InlineData("<< 100001 AND << 100003", "100006")]
    [InlineData("<< 100001, << 100003", "100006")]
    [InlineData("<< 100001 minus << 100003", "100001 100002")]
    [InlineData("100001 or 100003 OR 200001", "100001 100003 200001")]
    [InlineData("(<< 100001 AND << 100003) OR 200001", "100006 200001")]
    [InlineData("^ 600001", "100001 100004 200001")]
    [InlineData("^ (600001 OR 600002)", "100001 100003 100004 200001")]
    [InlineData("^ (< 600000 |Set|)", "100001 100003 100004 200001")]
    [InlineData("^ * MINUS ^600001", "100003 100005")]
    [InlineData("< ^ 600001", "100002 100006 200002")]
    [InlineData("^R 100003", "600002")]
    [InlineData("^R (100001 OR 100003)", "600001 600002")]
    [InlineData("^ 600001 {{ C active = 1 }}", "100001 200001")]
    [InlineData("^ 600001 {{ C active = false }}", "100004")]
    [InlineData("^ 600001 {{C active=*}}", "100001 100004 200001")]
    [InlineData("^ 900000000000527005 {{ M targetComponentId = << 100001 }}", "100004")]
    [InlineData("^ [targetComponentId] (900000000000527005 OR 900000000000526001) {{ M referencedComponentId = (100004 100005), active = true }}", "100001 100002")]
    public void Concepts_are_selected_by_hierarchy_and_reference_sets(string constraint, string expected) => Assert.Equal(expected, Select(constraint));

    [Theory]
    [InlineData("< 100000 : 363698007 = 200003", "100002 100003 100006")]
    [InlineData("< 100000 : 363698007 |Site| = << 200001", "100001 100002 100006")]
    [InlineData("<100000:363698007=<200001", "100002")]
    [InlineData("* : 363698007 != << 200001", "100002 100003 100006")]
    [InlineData("* : [0..0] 363698007 != << 200001, 363698007 = *", "100001")]
    [InlineData("< 100000 : [0..0] 363698007 = 200003", "100001")]
    [InlineData("< 100000 : [2..*] 363698007 = *", "100002 100006")]
    [InlineData("< 100000 : [1..1] 363698007 = *", "100001 100003")]
    [InlineData("< 100000 : [0..1] 363698007 = << 200000", "100001 100003")]
    [InlineData("* : 363698007 = << 200001, 116676008 = 300001", "100001 100002 100006")]
    [InlineData("* : { 363698007 = << 200001, 116676008 = 300001 }", "100001")]
    [InlineData("* : { 363698007 = << 200001, 116676008 = << 300001 }", "100001 100002")]
    [InlineData("* : [2..2] { 363698007 = *, 116676008 = * }", "100002")]
    [InlineData("< 100000 : [0..0] { 363698007 = *, 116676008 = * }", "100003 100006")]
    [InlineData("* : { 363698007 = *, [0..0] 116676008 = * }", "100003 100006")]
    [InlineData("< 100000 : { [0..0] 116676008 = * }", "100003 100006")]
    [InlineData("* : { 363698007 = 200003 } , { 116676008 = 300002 }", "100002")]
    [InlineData("* : { 363698007 = 200002 } OR { 363698007 = 200001, 116676008 = 300001 }", "100001 100002")]
    [InlineData("* : (363698007 = 200003 OR 116676008 = 300002) AND 363698007 = << 200001", "100002 100006")]
    [InlineData("* : { (363698007 = 200003 OR 116676008 = 300002) AND 363698007 = << 200001 }", "100002")]
    [InlineData("* : 363698007 = (200003 OR 200002)", "100002 100003 100006")]
    [InlineData("* : (363698007 OR 116676008) = 300002", "100002")]
    [InlineData("* : < 700000 |Attribute| = 300002", "100002")]
    [InlineData("* : * = 300002", "100002")]
    [InlineData("<< 200000 : [0..0] * = *", "200000 200001 200002 200003")]
    [InlineData("* : 116680003 = 200000", "200001 200003")]
    [InlineData("* : { 116680003 = 200000 }", "200001 200003")]
    [InlineData("* : R 363698007 = < 100000", "200001 200002 200003")]
    [InlineData("< 200000 : [3..*] R 363698007 = *", "200003")]
    [InlineData("* : R 116680003 = 200002", "200001")]
    [InlineData("< 100000 . 363698007", "200001 200002 200003")]
    [InlineData("< 100001 . 363698007 . 116680003", "200000 200001")]
    [InlineData("100002 . (363698007 OR 116676008)", "200002 200003 300001 300002")]
    [InlineData("* : 363698007 = (< 100000 . 363698007)", "100001 100002 100003 100006")]
    [InlineData("* : 1142135004 = #10", "400001")]
    [InlineData("* : 1142135004 = #10.0", "400001")]
    [InlineData("* : 1142135004 > #10", "400002")]
    [InlineData("* : 1142135004 >= #10, 1142135004 < #20", "400001")]
    [InlineData("* : 1142135004 != #10", "400002")]
    [InlineData("* : 1142135004 <= #-5", "")]
    [InlineData("* : 1142143009 = \"tab E10\"", "400002")]
    [InlineData("* : 1142143009 = wild:\"E1*\"", "400002")]
    [InlineData("* : 1142143009 = (match:\"nothing\" wild:\"*tablet\")", "400002")]
    [InlineData("* : 1142143009 != \"E10\"", "")]
    public void Concepts_are_selected_by_attributes(string constraint, string expected) => Assert.Equal(expected, Select(constraint));

    [Theory]
    [InlineData("< 100000 {{ term = \"hea dis\" }}", "100001 100002 100006")]
    [InlineData("< 100000 {{ D term = (\"attack\" \"LUNG\") }}", "100002 100003 100006")]
    [InlineData("< 100000 {{ term = wild:\"*attack\" }}", "100002")]
    [InlineData("< 100000 {{ term = wild:\"heart * (disorder)\" }}", "100001 100002 100006")]
    [InlineData("< 100000 {{ term = \"herz\" }}", "100001")]
    [InlineData("< 100000 {{ term = \"herz\", language = en }}", "")]
    [InlineData("< 100000 {{ term = \"herz\" }} {{ language = (de fr), type = syn }}", "100001")]
    [InlineData("< 100000 {{ language != en }}", "100001")]
    [InlineData("< 100000 {{ term = \"disorder\", type = syn }}", "")]
    [InlineData("< 100000 {{ term = \"disorder attack\", type = (fsn syn) }}", "100002")]
    [InlineData("< 100000 {{ term = \"disorder attack\", typeId = 900000000000003001 |FSN| }}", "100002")]
    [InlineData("< 100000 {{ term = \"pump\" }}", "100001")]
    [InlineData("< 100000 {{ term = \"pump\", type = def }}", "100001")]
    [InlineData("< 100000 {{ term = \"heart\", type = syn, dialect = en-us (prefer) }}", "100001 100002 100006")]
    [InlineData("< 100000 {{ term = \"herz\", type = syn, dialectId = 900000000000509007 (prefer) }}", "")]
    [InlineData("< 100000 {{ C definitionStatus = defined }}", "100001 100002")]
    [InlineData("< 100000 {{ C definitionStatus != defined }}", "100003 100006")]
    [InlineData("< 100000 {{ C definitionStatusId = 900000000000074008 |Primitive| }}", "100003 100006")]
    [InlineData("< 100000 {{ C moduleId = 900000000000012004 }}", "100003")]
    [InlineData("< 100000 {{ C moduleId = (900000000000012004 |A| 900000000000207008), definitionStatus = primitive }}", "100003 100006")]
    [InlineData("< 100000 {{ C effectiveTime > \"20230101\" }}", "100002")]
    [InlineData("< 100000 {{ C effectiveTime = (\"20240101\" \"20250101\") }}", "100002")]
    [InlineData("< 100000 {{ C effectiveTime != \"20240101\" }} {{ C definitionStatus = defined }}", "100001")]
    [InlineData("<< 100001 {{ + HISTORY-MIN }}", "100001 100002 100004 100006")]
    [InlineData("<< 100001 {{ +HISTORY-MOD }}", "100001 100002 100004 100005 100006")]
    [InlineData("<< 100001 {{ +history }}", "100001 100002 100004 100005 100006")]
    [InlineData("<< 100001 {{  HISTORY_MAX }}", "100001 100002 100004 100005 100006")]
    [InlineData("<< 100001 {{ + HISTORY (900000000000526001) }}", "100001 100002 100005 100006")]
    [InlineData("< 100000 {{ term = \"lung\" }} {{ C definitionStatus = primitive }} {{ + HISTORY }} ", "100003 100006")]
    public void Filters_in_braces_narrow_and_the_history_widens(string constraint, string expected) => Assert.Equal(expected, Select(constraint));

    [Theory]
    [InlineData("", 1, "the identifier of a concept (6 to 18 digits)", "the end")]
    [InlineData("12345", 1, "the identifier of a concept (6 to 18 digits)", "'12345'")]
    [InlineData("< < 100000", 3, "the identifier of a concept (6 to 18 digits)", "'< 100000'")]
    [InlineData("100000 AND", 11, "the identifier of a concept (6 to 18 digits)", "the end")]
    [InlineData("100000 |Finding", 8, "a bar at the end of the term", "'|Finding'")]
    [InlineData("100000 AND 100001 OR 100002", 19, "brackets that say what belongs together", "'OR 100002'")]
    [InlineData("100000 MINUS 100001 MINUS 100002", 21, "brackets that say what belongs together", "'MINUS 100002'")]
    [InlineData("(100000", 8, "')'", "the end")]
    [InlineData("100000)", 7, "the end, or an operator; parts that AND, OR, MINUS, a colon or a dot join further need brackets", "')'")]
    [InlineData("100000 : 363698007", 19, "=, !=, <, <=, > or >=", "the end")]
    [InlineData("100000 : 363698007 < 5", 20, "= or != (<, <=, > and >= compare with a number: #5)", "'< 5'")]
    [InlineData("100000 : [3..1] 363698007 = *", 11, "a cardinality whose end is not before its beginning", "'3..1] 363698007 = *'")]
    [InlineData("100000 : { { 363698007 = * } }", 12, "an attribute; groups have no groups in them", "'{ 363698007 = * } }'")]
    [InlineData("100000 : 363698007 = #x", 23, "a number", "'x'")]
    [InlineData("100000 {{ colour = red }}", 11, "a filter of descriptions: term, language, type, typeId, dialect, dialectId", "'colour = red }}'")]
    [InlineData("100000 {{ term = \"heart }}", 27, "a quotation mark at the end of the text", "the end")]
    [InlineData("100000 {{ term = \" \" }}", 18, "a text that is not empty", "'\" \" }}'")]
    [InlineData("100000 {{ M active = 1 }}", 8, "a filter of members right behind ^ and its reference sets", "'{{ M active = 1 }}'")]
    [InlineData("100000 {{ C effectiveTime = \"2020\" }}", 29, "a date of eight digits in quotation marks", "'\"2020\" }}'")]
    [InlineData("100000 /* no end", 8, "*/ at the end of the comment", "'/* no end'")]
    public void What_is_no_constraint_is_refused_with_the_place(string constraint, int place, string expected, string found)
    {
        var issue = Fault(constraint);

        Assert.Equal((IssueType.Invalid, $"The expression constraint (ECL) can't be read at character {place}: {expected} is expected, not {found}"), (issue.Type, issue.Diagnostics));
        Assert.Equal("ValueSet.compose.include[0].filter[0]", issue.Expression);
    }

    [Theory]
    [InlineData("LOINC#54486-6", "alternate identifiers: the codes that other schemes have for concepts are not kept here")]
    [InlineData("* : { R 363698007 = * }", "reversed attributes in a group: the groups are those of the other concept")]
    [InlineData("* : R 1142135004 = #10", "reversed attributes whose value is no concept")]
    [InlineData("* {{ id = 123456 }}", "the filter 'id' of descriptions: descriptions are kept without identifier, module and time")]
    [InlineData("* {{ D active = 0 }}", "inactive descriptions: they are not kept")]
    [InlineData("* {{ dialect = en-gb (accept), type = syn }}", "acceptabilities of descriptions other than preferred: name it, dialect = en-us (prefer)")]
    [InlineData("* {{ dialect = en-us (prefer) }}", "dialects of other descriptions than synonyms: name the type, type = syn")]
    [InlineData("* {{ type = title }}", "the type 'title' of descriptions: syn, fsn and def are known")]
    [InlineData("^ 600001 {{ M mapTarget = \"J45\" }}", "this filter of members: referencedComponentId and targetComponentId of those that are active are kept")]
    [InlineData("^ [mapTarget] 600001", "the fields mapTarget of members: referencedComponentId or targetComponentId alone can be told")]
    public void What_is_not_kept_is_refused_clearly(string constraint, string what)
    {
        var issue = Fault(constraint);

        Assert.Equal((IssueType.NotSupported, $"The expression constraint (ECL) asks for {what}"), (issue.Type, issue.Diagnostics));
    }

    [Fact]
    public void A_release_without_reference_sets_says_so_instead_of_telling_none()
    {
        var system = new CompiledCodeSystem(new CodeSystemSource(SnomedCt.Url, "1", "complete", [new ConceptSource("100001", "A", null, -1)]));

        var fault = Assert.Throws<FhirException>(() => ConstraintSets.Select(system, "^ 600001", TerminologyLimits.Default, null)).Issues.Single();

        Assert.Equal((IssueType.NotSupported, "The expression constraint (ECL) asks for members of reference sets: http://snomed.info/sct|1 was brought here without any"), (fault.Type, fault.Diagnostics));
    }

    [Fact]
    public void Nesting_length_and_work_have_limits()
    {
        var deep = new string('(', 100_000) + "100001" + new string(')', 100_000);
        var nested = string.Concat(Enumerable.Repeat("(", 90)) + "100001" + string.Concat(Enumerable.Repeat(")", 90));
        var filters = "100001" + string.Concat(Enumerable.Repeat("{{C active=1}}", 1000));
        var bombs = string.Join(" OR ", Enumerable.Repeat("(< (* : * = *))", 2000));
        var open = "* : " + string.Concat(Enumerable.Repeat("(", 40)) + "363698007 = 200003" + string.Concat(Enumerable.Repeat(")", 40));

        Assert.Equal("The expression constraint (ECL) has 200006 characters; 50000 are allowed (setting Fhir:Terminology:MaxConstraintLength)", Fault(deep).Diagnostics);
        Assert.Equal("The expression constraint (ECL) is nested deeper than 100 (setting Fhir:Terminology:MaxConstraintDepth)", Fault(deep[90_000..110_006]).Diagnostics);
        Assert.Equal("The expression constraint (ECL) is nested deeper than 100 (setting Fhir:Terminology:MaxConstraintDepth)", Fault(filters).Diagnostics);
        Assert.Equal(
            "The expression constraint (ECL) would have to look at more than 50000 concepts and relationships (setting Fhir:Terminology:MaxConstraintWork); narrow what it begins with",
            Fault(bombs, TerminologyLimits.Default with { MaxConstraintWork = 50_000 }).Diagnostics);
        Assert.Equal("100001", Select(nested.Replace("(((", "(", StringComparison.Ordinal).Replace(")))", ")", StringComparison.Ordinal)));
        Assert.Equal("100002 100003 100006", Select(open));
        Assert.All((Issue[])[Fault(deep), Fault(filters), Fault(bombs, TerminologyLimits.Default with { MaxConstraintWork = 50_000 })], issue => Assert.Equal(IssueType.TooCostly, issue.Type));
    }

    [Fact]
    public void A_form_that_was_kept_has_groups_and_members()
    {
        var source = Read(Release);
        using var stream = new MemoryStream();
        ConceptForm.Of(source).Write(stream);
        stream.Position = 0;
        var kept = CompiledCodeSystem.Of(source, ConceptForm.Read(stream)!);

        foreach (var constraint in (string[])["* : { 363698007 = << 200001, 116676008 = 300001 }", "^ 600001", "* : 1142135004 > #10"])
            Assert.Equal(Select(constraint), string.Join(' ', ConstraintSets.Select(kept, constraint, TerminologyLimits.Default, null).From(0).Select(kept.Code).Order(StringComparer.Ordinal)));
    }

    internal static CodeSystemSource Read(SnomedCtRelease release)
    {
        using var files = ReleaseFiles.Of("release.zip", new MemoryStream(release.ToZip()));
        return ReleaseFormat.Get(null, files).Read(files, new ReleaseOptions(), null, CancellationToken.None);
    }

    private static string Select(string constraint) => string.Join(' ', ConstraintSets.Select(System, constraint, TerminologyLimits.Default, null).From(0).Select(System.Code).Order(StringComparer.Ordinal));

    private static Issue Fault(string constraint, TerminologyLimits? limits = null) =>
        Assert.Throws<FhirException>(() => ConstraintSets.Select(System, constraint, limits ?? TerminologyLimits.Default, "ValueSet.compose.include[0].filter[0]")).Issues.Single();
}
