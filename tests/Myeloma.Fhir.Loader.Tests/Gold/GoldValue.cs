using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Tests.Gold;

/// <summary>Compares the parts of a fact's value that a machine can check. Free text in the gold is a paraphrase; there the span is the value.</summary>
public static class GoldValue
{
    public static bool Agrees(Fact fact, JsonElement gold)
    {
        var value = gold.GetProperty("value");
        return fact switch
        {
            BrandFact own => own.Brand == value.GetString(),
            DrugAbbreviationFact own => own.Abbreviation == value.GetString(),
            DrugClassFact { Basis: ClassBasis.Sentence } own => own.Class.Name == value.GetString(),
            DrugClassFact own => own.Class.Name == "selective inhibitor of nuclear export" && value.GetString() == "SINE",
            RouteFact own => own.Route.Code == value.GetString() && own.Qualifier == gold.GetProperty("qualifier").GetString(),
            FormFact own => own.Form == value.GetString(),
            IndicationFact own => own.Condition.Display == Text(value, "condition") && own.State?.Display == Text(value, "state"),
            CombinesWithCategoryFact own => own.Category.Display == value.GetString() && Modality(own.Modality).Contains(gold.GetProperty("modality").GetString()!, StringComparison.Ordinal),
            SimilarToFact own => own.Similar.Name == value.GetString(),
            ListQualifierFact own => own.Qualifier == value.GetString(),
            PriorTherapyFact own => Prior(own, value),
            StateDefinitionFact own => own.State.Display == Text(value, "state") && own.Means == Text(value, "means"),
            SettingFact own => own.Name == Text(value, "name") && own.Timing == Text(value, "timing") && own.Transplant == Text(value, "transplant"),
            ClassListedFact own => Text(value, "class")!.StartsWith(own.Class.Name, StringComparison.Ordinal) && own.Broader == Text(value, "broader"),
            ClassBroaderFact own => own.Broader == value.GetString(),
            ClassAbbreviationFact own => own.Abbreviation == value.GetString(),
            ClassMechanismFact own when gold.TryGetProperty("target", out var target) => own.Target == target.GetString(),
            RiskFact own => own.Event == Text(value, "event") && own.Site == Text(value, "site") && own.Direction == Text(value, "direction"),
            ProphylaxisDrugFact own => own.IsExample == gold.GetProperty("example").GetBoolean(),
            MetaFact { Value: null } own => own.State == gold.GetProperty("state").GetString(),
            MetaFact { Statement: MetaFactKind.CopyrightYear } own => own.Value == value.GetInt32().ToString(CultureInfo.InvariantCulture),
            MetaFact { Statement: MetaFactKind.Disclaimer or MetaFactKind.Currency } => true,
            MetaFact own => own.Value == value.GetString(),
            ReviewerFact own => own.Name == Text(value, "name") && own.Credentials.SequenceEqual(Texts(value, "credentials")),
            ReferenceFact own => Reference(own, value),
            MisspellingFact own => own.AsWritten == Text(value, "asWritten") && own.Meant == (Text(value, "mergedInto") ?? Text(value, "meant")),
            SurvivalFact own => own.Measure == Text(value, "measure") && own.Low == value.GetProperty("low").GetDecimal() && own.High == value.GetProperty("high").GetDecimal()
                && own.UnitWord == Text(value, "unit") && own.Treatment == Text(value.GetProperty("population"), "treatment")
                && own.AgeBelow == Text(value.GetProperty("population").GetProperty("age"), "below") && own.PopulationCarriedOver == value.TryGetProperty("populationCarriedOver", out _),
            ProjectFact { Statement: ProjectFactKind.Duration } own => own.Number == value.GetProperty("years").GetInt32() && own.Unit == "a",
            ProjectFact { Statement: ProjectFactKind.Consortium } own => own.Number == value.GetProperty("members").GetInt32() && own.International,
            ProjectFact own => own.Value == value.GetString(),
            StudyFact { Statement: StudyFactKind.Period } own => own.Number == value.GetProperty("months").GetInt32() && own.Unit == "mo",
            DisseminationFact own when value.ValueKind == JsonValueKind.Object => own.MoreThan == value.GetProperty("publications").GetProperty("moreThan").GetInt32() && own.Where == Text(value, "where"),
            DiseaseFact { Statement: DiseaseFactKind.Prognosis } own => own.Curable == value.GetProperty("curable").GetBoolean() && own.Treatable == value.GetProperty("treatable").GetBoolean(),
            FindingFact own when gold.TryGetProperty("certainty", out var certainty) => own.Certainty == certainty.GetString(),
            _ => true,
        };
    }

    private static string Modality(string words) => words.StartsWith("is ", StringComparison.Ordinal) ? words[3..] : words;

    private static bool Prior(PriorTherapyFact own, JsonElement value)
    {
        var count = value.GetProperty("minimumCount");
        var needs = value.GetProperty("requires").EnumerateArray()
            .Select(need => $"{Text(need, "drug")}{Text(need, "class")}{need.TryGetProperty("otherThanSelf", out _)}");
        return own.MinimumCount == (count.ValueKind == JsonValueKind.Null ? null : count.GetInt32()) && own.Outcome == Text(value, "outcome")
            && needs.SequenceEqual(own.Requires.Select(need => $"{need.Drug?.Name}{need.Class?.Name}{need.ExcludeSelf}"));
    }

    private static bool Reference(ReferenceFact own, JsonElement value) =>
        own.Type == Text(value, "type") && own.Organization == Text(value, "organization") && own.Author == Text(value, "author") && own.Title == Text(value, "title")
        && own.Journal == Text(value, "journal") && own.Book == Text(value, "book") && own.Edition == Text(value, "edition") && own.Place == Text(value, "place")
        && own.Publisher == Text(value, "publisher") && own.Volume == Text(value, "volume") && own.Issue == Text(value, "issue") && own.Pages == Text(value, "pages")
        && own.Number == Text(value, "number") && own.NumberAsWritten == Text(value, "numberAsWritten") && own.Version == Text(value, "version")
        && own.Format == Text(value, "format") && own.Chapter == Text(value, "chapter") && own.Url == Text(value, "url")
        && own.Year == (value.TryGetProperty("year", out var year) ? year.GetInt32() : null)
        && own.Authors.SequenceEqual(Texts(value, "authors")) && own.Editors.SequenceEqual(Texts(value, "editors"));

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var own) ? own.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement value, string name) =>
        value.TryGetProperty(name, out var own) ? own.EnumerateArray().Select(entry => entry.GetString()!) : [];
}
