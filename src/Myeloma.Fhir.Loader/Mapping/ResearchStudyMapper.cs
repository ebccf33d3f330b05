using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>The project that an article reports on. Dates, partners, numbers of people are not stated and not here. https://hl7.org/fhir/R4/researchstudy.html</summary>
internal static class ResearchStudyMapper
{
    public static bool HasStudy(DocumentFacts document) => document.Facts.Any(fact => fact is ProjectFact or StudyFact);

    /// <summary>Of the acronym where there is one, else of the document.</summary>
    public static string IdOf(DocumentFacts document) =>
        Acronym(document) is { } acronym ? Ids.From(acronym) : DocumentMapper.IdOf(document.Document);

    public static void Map(MappingContext context)
    {
        foreach (var document in context.Facts.Documents.Where(HasStudy))
        {
            var present = context.Find("ResearchStudy", IdOf(document));
            // A second article about the same project adds its own resource, so that neither article speaks for the other.
            var id = present is null ? IdOf(document) : Ids.From(IdOf(document), DocumentMapper.IdOf(document.Document));
            new Writer(context, document, id).Write();
        }
    }

    private static string? Acronym(DocumentFacts document) =>
        document.Of<ProjectFact>().FirstOrDefault(fact => fact.Statement == ProjectFactKind.Acronym)?.Value;

    private sealed class Writer(MappingContext context, DocumentFacts document, string id)
    {
        private readonly Draft draft = context.Add("ResearchStudy", id);

        public void Write()
        {
            draft.Json.WithExtensions(Project()).WithExtensions(Periods()).WithExtensions(Dissemination());
            WriteNames();
            draft.Json
                .Set("status", "completed")
                .Set("_status", new JsonObject { ["extension"] = new JsonArray(Extensions.Simple("inferred", "valueString",
                    "Read from the past tense of the article; R4 has no code for a status that is not stated.")) })
                .Set("condition", Conditions())
                .Set("relatedArtifact", new JsonArray(new JsonObject
                {
                    ["type"] = "derived-from",
                    ["display"] = DocumentMapper.TitleOf(document),
                    ["url"] = $"DocumentReference/{DocumentMapper.IdOf(document.Document)}",
                }))
                .Set("keyword", document.Of<MetaFact>().Where(fact => fact is { Statement: MetaFactKind.Keyword, Value: not null })
                    .Select(fact => (JsonNode)Concepts.Text(fact.Value!).WithExtensions([draft.Cite(At(fact))])).ToArray())
                .Set("note", Notes())
                .Set("objective", document.Of<StudyFact>().Where(fact => fact.Statement is StudyFactKind.Objective)
                    .Select(fact => (JsonNode)new JsonObject { ["name"] = fact.Words }.WithExtensions([draft.Cite(At(fact))])).ToArray());
        }

        private Citation At(Fact fact) => new(document, fact, fact.Span);

        private void WriteNames()
        {
            var acronyms = document.Of<ProjectFact>().Where(fact => fact.Statement == ProjectFactKind.Acronym).ToList();
            if (acronyms.Count > 0)
                draft.Json.Set("identifier", acronyms.GroupBy(fact => fact.Value, StringComparer.Ordinal).Select(acronym => (JsonNode)new JsonObject
                {
                    ["type"] = Concepts.Text("acronym"),
                    ["value"] = acronym.Key,
                }.WithExtensions(draft.CiteAll(acronym.Select(At)))).ToArray());

            var titles = document.Of<ProjectFact>().Where(fact => fact.Statement == ProjectFactKind.Title).ToList();
            if (titles.Count > 0) draft.Json.Set("title", titles[0].Value, draft.CiteAll(titles.Select(At)));
        }

        private JsonArray Project()
        {
            var extensions = new JsonArray();
            foreach (var fact in document.Of<ProjectFact>())
            {
                switch (fact.Statement)
                {
                    case ProjectFactKind.Duration when fact is { Number: { } number, Unit: { } unit }:
                        extensions.Add(Extensions.Simple("project-duration", "valueDuration", Duration(number, unit), [draft.Cite(At(fact))]));
                        break;
                    case ProjectFactKind.Consortium:
                        extensions.Add(Extensions.Complex("project-consortium", [draft.Cite(At(fact))],
                            Extensions.Part("members", "valuePositiveInt", fact.Number),
                            fact.International ? Extensions.Part("international", "valueBoolean", true) : null));
                        break;
                    case ProjectFactKind.Funding:
                        extensions.Add(Extensions.Simple("project-funding", "valueString", fact.Value, [draft.Cite(At(fact))]));
                        break;
                }
            }

            return extensions;
        }

        private JsonArray Periods() => document.Of<StudyFact>().Where(fact => fact is { Statement: StudyFactKind.Period, Number: not null, Unit: not null })
            .Select(fact => (JsonNode)Extensions.Complex("study-period", [draft.Cite(At(fact))],
                Extensions.Part("duration", "valueDuration", Duration(fact.Number!.Value, fact.Unit!)),
                Extensions.Part("text", "valueString", fact.Words))).ToArray();

        private JsonArray Dissemination() => document.Of<DisseminationFact>().Select(fact => (JsonNode)Extensions.Complex("dissemination", [draft.Cite(At(fact))],
            Extensions.Part("text", "valueString", fact.Words),
            Extensions.Part("moreThan", "valuePositiveInt", fact.MoreThan),
            Extensions.Part("exactly", "valuePositiveInt", fact.Exactly),
            Extensions.Part("where", "valueString", fact.Where))).ToArray();

        private JsonArray Conditions() => document.Of<DiseaseFact>().Select(fact => fact.Condition).OfType<Term>().Distinct()
            .Select(condition => (JsonNode)ConditionMapper.Concept(draft, context, condition, null)
                .WithExtensions(draft.CiteAll(document.Of<DiseaseFact>().Where(fact => fact.Condition == condition)
                    .Select(fact => new Stated<DiseaseFact>(fact, document).Near(condition.Display))))).ToArray();

        private JsonArray Notes()
        {
            var notes = new JsonArray();
            foreach (var fact in document.Facts)
            {
                var words = fact switch
                {
                    StudyFact { Statement: not (StudyFactKind.Objective or StudyFactKind.Period) } study => study.Words,
                    StudyFact { Statement: StudyFactKind.Period, Number: null } period => period.Words,
                    ProblemFact problem => problem.Words,
                    _ => null,
                };
                if (words is not null)
                    notes.Add(new JsonObject { ["text"] = words }.WithExtensions([Extensions.Statement(fact.Kind, null, [draft.Cite(At(fact))])]));
            }

            return notes;
        }

        private static JsonObject Duration(int number, string ucum) => Quantities.Duration(number, ucum);
    }
}

/// <summary>Quantities with UCUM units. https://hl7.org/fhir/R4/datatypes.html#Quantity</summary>
internal static class Quantities
{
    public static JsonObject Duration(decimal number, string ucum) => Of(number, ucum, UnitWord(ucum));

    public static JsonObject Of(decimal number, string ucum, string unit) =>
        new() { ["value"] = number, ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = ucum };

    private static string UnitWord(string ucum) => ucum switch { "a" => "years", "mo" => "months", "wk" => "weeks", "d" => "days", _ => ucum };
}
