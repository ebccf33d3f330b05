using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>The gold as facts: what reading the two seed documents must give, so that the mapping is tested apart from the reading.</summary>
internal static class GoldFacts
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string Root { get; } = FindRoot();

    public static JsonDocument Gold { get; } = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Root, "tests/Myeloma.Fhir.Loader.Tests/Gold/seed-facts.json")));

    /// <summary>By the gold's id of the document.</summary>
    public static IReadOnlyDictionary<string, DocumentFacts> Documents { get; } = new Dictionary<string, DocumentFacts>
    {
        ["over-myr"] = Read("over-myr", "cordis-over-myr"),
        ["targeted-mm"] = Read("targeted-mm", "cancer-ca-targeted-therapy-multiple-myeloma"),
    };

    public static LoadResult Load() => Load([.. Documents.Values]);

    public static LoadResult Load(params IReadOnlyList<DocumentFacts> documents) =>
        DocumentLoader.Build(new FactSet(documents), CodeTables.LoadEmbedded(), Now);

    public static SourceDocument Seed(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Root, "seeds", name + ".txt"));
        using var beside = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "seeds", name + ".json")));
        string? Text(string property) => beside.RootElement.GetProperty(property).GetString();
        return SourceDocument.Parse(name + ".txt", bytes, new DocumentOrigin(Text("publisher"), Text("title"), Text("address"), Text("copyrightNotice"), Text("licenceRemarks"), Text("language")));
    }

    private static DocumentFacts Read(string id, string name)
    {
        var source = Seed(name);
        var facts = new List<Fact>();
        foreach (var drug in Gold.RootElement.GetProperty("drugMentions").EnumerateObject())
        foreach (var mention in drug.Value.EnumerateArray())
            if ((mention.TryGetProperty("doc", out var of) ? of.GetString() : "targeted-mm") == id)
                facts.Add(new DrugMention(Drug(drug.Name), mention.GetProperty("asWritten").GetString()!, NameKind(mention.GetProperty("name").GetString()!),
                    mention.GetProperty("part").GetString() == "body" ? DocumentPart.Body : DocumentPart.References, true, SpanOf(mention)));

        var all = Gold.RootElement.GetProperty("facts").EnumerateArray().Where(fact => fact.GetProperty("doc").GetString() == id).ToList();
        foreach (var fact in all) facts.Add(Fact(fact, all, source.Text));
        foreach (var mention in Gold.RootElement.GetProperty("regimenMentions").EnumerateArray())
            if (mention.GetProperty("doc").GetString() == id) facts.Add(Mention(mention, source.Text));

        var title = facts.OfType<MetaFact>().FirstOrDefault(fact => fact.Statement == MetaFactKind.Title)?.Value;
        return new DocumentFacts(source, title, [], [.. facts.OrderBy(fact => fact.Span.Start)], []);
    }

    private static DrugNameKind NameKind(string name) => name switch
    {
        "generic" => DrugNameKind.Generic,
        "brand" => DrugNameKind.Brand,
        "abbreviation" => DrugNameKind.Abbreviation,
        _ => DrugNameKind.Misspelling,
    };

    private static Span SpanOf(JsonElement element, string name = "span") =>
        Span.Between(element.GetProperty(name)[0].GetInt32(), element.GetProperty(name)[1].GetInt32());

    private static DrugKey Drug(string name) => new(name.Replace(' ', '-'), name);

    private static ClassKey Class(string name) => name is "SINE" or "selective inhibitor of nuclear export (SINE)" or "sine"
        ? new ClassKey("selective-inhibitor-of-nuclear-export", "selective inhibitor of nuclear export")
        : new ClassKey(name.Replace(' ', '-'), name);

    private static Term Term(string name) => new(name.Replace(' ', '-'), name);

    private static Term? State(JsonElement value) => value.TryGetProperty("state", out var state) ? Term(state.GetString()!) : null;

    private static ClassKey ClassOfKey(string key) => key.Split('.')[1] switch
    {
        "proteasomeInhibitor" => Class("proteasome inhibitor"),
        "immunomodulatingDrug" => Class("immunomodulating drug"),
        "monoclonalAntibody" => Class("monoclonal antibody"),
        "antiAngiogenesisAgent" => Class("anti-angiogenesis agent"),
        _ => Class("sine"),
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private static RegimenMention Mention(JsonElement mention, string text)
    {
        RegimenMember Member(JsonElement member)
        {
            var span = SpanOf(member);
            var low = member.GetProperty("lowDose").GetBoolean();
            var at = low ? text.LastIndexOf("low-dose", span.Start, StringComparison.Ordinal) : -1;
            return new RegimenMember(Drug(member.GetProperty("drug").GetString()!), low ? "low-dose" : null, low ? new Span(at, 8) : null, span);
        }

        return new RegimenMention(
            Text(mention, "abbreviation"),
            mention.TryGetProperty("abbreviationSpan", out _) ? SpanOf(mention, "abbreviationSpan") : null,
            [.. mention.GetProperty("members").EnumerateArray().Select(Member)],
            mention.GetProperty("form").GetString() == "list" ? RegimenForm.List : RegimenForm.Prose,
            Drug(mention.GetProperty("section").GetString()!),
            Text(mention, "listQualifier"),
            [.. mention.GetProperty("brandsInMention").EnumerateArray().Select(brand => brand.GetString()!)],
            SpanOf(mention));
    }

    private static Fact Fact(JsonElement fact, List<JsonElement> all, string text)
    {
        var span = SpanOf(fact);
        var words = span.Of(text);
        var kind = fact.GetProperty("kind").GetString()!;
        var key = fact.GetProperty("key").GetString()!;
        var value = fact.GetProperty("value");
        var said = Text(fact, "value") ?? words;
        DrugKey Subject() => Drug(fact.GetProperty("subject").GetString()!);
        List<DrugKey> Subjects(string name) => fact.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(drug => Drug(drug.GetString()!))] : [];

        switch (kind)
        {
            case "meta.reviewer":
                return new ReviewerFact(value.GetProperty("name").GetString()!, [.. value.GetProperty("credentials").EnumerateArray().Select(part => part.GetString()!)], span);
            case "meta.reference":
                return new ReferenceFact(Text(value, "type")!, string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), Text(value, "organization"), Text(value, "author"), [], false, Text(value, "title"),
                    Text(value, "journal"), Text(value, "book"), [], null, null, Text(value, "publisher"), Number(value, "year"), null, null, null, null, null, null, null, null, Text(value, "url"), span);
            case "therapy.condition" or "therapy.mechanism" or "therapy.synonym" or "therapy.usage" or "therapy.planning" or "therapy.combination" or "therapy.coverage":
                var therapy = Enum.Parse<TherapyFactKind>(kind.Split('.')[1], ignoreCase: true);
                return new TherapyFact(therapy, "targeted therapy", words, therapy is TherapyFactKind.Condition or TherapyFactKind.Combination ? Term(said) : null, span);
            case "safety.dependsOn": return new SafetyDependsOnFact(words, span);
            case "safety.advice": return new SafetyAdviceFact(words, span);
            case "setting":
                return new SettingFact(Text(value, "goal")!, Text(value, "name"), Text(value, "timing"), Text(value, "transplant"), span);
            case "state.definition":
                return new StateDefinitionFact(Term(Text(value, "state")!), Text(value, "means")!, span);
            case "class.listed": return new ClassListedFact(Class(Text(value, "class")!), Text(value, "broader")!, span);
            case "class.abbreviation": return new ClassAbbreviationFact(ClassOfKey(key), said, span);
            case "class.broader": return new ClassBroaderFact(ClassOfKey(key), said, span);
            case "class.mechanism": return new ClassMechanismFact(ClassOfKey(key), words, Text(fact, "target"), span);
            case "class.target": return new ClassTargetFact(ClassOfKey(key), words, span);
            case "class.effect": return new ClassEffectFact(ClassOfKey(key), words, span);
            case "drug.brand": return new BrandFact(Subject(), said, span);
            case "drug.abbreviation": return new DrugAbbreviationFact(Subject(), said, span);
            case "drug.class": return new DrugClassFact(Subject(), Class(said), Text(fact, "basis") == "sentence" ? ClassBasis.Sentence : ClassBasis.Heading, span);
            case "drug.mechanism": return new DrugMechanismFact(Subject(), words, span);
            case "drug.similarTo": return new SimilarToFact(Subject(), Drug(said), span);
            case "drug.route": return new RouteFact(Subject(), Term(said), Text(fact, "qualifier"), span);
            case "drug.form": return new FormFact(Subject(), said, span);
            case "drug.indication":
                var modality = Text(fact, "modality")!;
                const string Combined = "in combination with ";
                var with = modality.IndexOf(Combined, StringComparison.Ordinal);
                return new IndicationFact(Subject(), Term(Text(value, "condition")!), State(value), with < 0 ? modality : "may be used",
                    with < 0 ? [] : [.. modality[(with + Combined.Length)..].Split(" and ").Select(Drug)], span);
            case "drug.usage": return new UsageFact(Subject(), words, span);
            case "drug.monotherapy": return new MonotherapyFact(Subject(), words.Split(' ')[0] + " be given alone", span);
            case "drug.combinesWithCategory": return new CombinesWithCategoryFact(Subject(), Term(said), Text(fact, "modality")!, span);
            case "list.qualifier": return new ListQualifierFact(Subject(), said, span);
            case "list.open": return new ListOpenFact(Subject(), words, span);
            case "priorTherapy":
                PriorTherapyNeed Need(JsonElement need) => new(
                    Text(need, "drug") is { } drug ? Drug(drug) : null, Text(need, "class") is { } name ? Class(name) : null, need.TryGetProperty("otherThanSelf", out _), span);
                var mention = Gold.RootElement.GetProperty("regimenMentions").EnumerateArray().Where(entry => Text(entry, "priorTherapy") == key).ToList();
                return new PriorTherapyFact([.. Text(fact, "subject")!.Split(" + ").Select(Drug)], mention.Count == 0 ? null : SpanOf(mention[0]),
                    Number(value, "minimumCount"), [.. value.GetProperty("requires").EnumerateArray().Select(Need)], Text(value, "outcome"), span);
            case "safety.risk": return new RiskFact(Subject(), Text(value, "event")!, Text(value, "site"), Text(value, "direction")!, span);
            case "safety.prophylaxis": return new ProphylaxisFact(Subjects("subject"), "blood clots", words, span);
            case "safety.prophylaxisDrug": return new ProphylaxisDrugFact(Subject(), "blood clots", true, span);
            case "safety.emptyList": return new EmptyListFact(Subjects("subject"), Text(fact, "state")!.StartsWith("heading", StringComparison.Ordinal), span);
            case "regimen.priorMention": return new RegimenPriorMention([.. value.EnumerateArray().Select(drug => Drug(drug.GetString()!))], span);
            case "source.misspelling":
                var into = Text(value, "mergedInto");
                return new MisspellingFact(Text(value, "asWritten")!, into ?? Text(value, "meant")!, into is null ? null : Drug(into), span);
            case "project.duration": return new ProjectFact(ProjectFactKind.Duration, words, value.GetProperty("years").GetInt32(), "a", false, span);
            case "project.consortium": return new ProjectFact(ProjectFactKind.Consortium, words, value.GetProperty("members").GetInt32(), null, true, span);
            case "project.title" or "project.acronym" or "project.funding":
                return new ProjectFact(Enum.Parse<ProjectFactKind>(kind.Split('.')[1], ignoreCase: true), said, null, null, false, span);
            case "study.objective" or "study.focus" or "study.activity" or "study.purpose" or "study.cellType":
                return new StudyFact(Enum.Parse<StudyFactKind>(kind.Split('.')[1], ignoreCase: true), words, null, null, span);
            case "study.period": return new StudyFact(StudyFactKind.Period, words, 18, "mo", span);
            case "finding": return new FindingFact(words, Text(fact, "certainty"), span);
            case "claim": return new ClaimFact(words, span);
            case "survival":
                return new SurvivalFact(Text(value, "measure")!, value.GetProperty("low").GetDecimal(), value.GetProperty("high").GetDecimal(), "a", "years", "patients",
                    Text(value.GetProperty("population"), "treatment"), Text(value.GetProperty("population").GetProperty("age"), "below"), value.TryGetProperty("populationCarriedOver", out _), span);
            case "disease.definition" or "disease.abbreviation" or "disease.prognosis" or "disease.course":
                var disease = Enum.Parse<DiseaseFactKind>(kind.Split('.')[1], ignoreCase: true);
                var prognosis = disease == DiseaseFactKind.Prognosis;
                return new DiseaseFact(disease, Term("multiple myeloma"), words, prognosis ? false : null, prognosis ? true : null, span);
            case "problem": return new ProblemFact(words, span);
            case "dissemination":
                var publications = value.ValueKind == JsonValueKind.Object;
                return new DisseminationFact(words, publications ? 50 : null, null, publications ? Text(value, "where") : null, span);
            default:
                return new MetaFact(Enum.Parse<MetaFactKind>(kind.Split('.')[1], ignoreCase: true),
                    value.ValueKind == JsonValueKind.Number ? value.GetInt32().ToString(CultureInfo.InvariantCulture) : kind is "meta.disclaimer" or "meta.currency" ? words : Text(fact, "value"), Text(fact, "state"), span);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Myeloma.Fhir.sln"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
