using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>The CodeSystems of conditions, of states of a disease and of categories of therapy that the documents name.</summary>
internal static class ConditionMapper
{
    public static void Map(MappingContext context)
    {
        MapConditions(context);
        MapStates(context);
        MapCategories(context);
    }

    /// <summary>A condition, or the state of one: "relapsed multiple myeloma".</summary>
    public static JsonObject Concept(Draft draft, MappingContext context, Term condition, Term? state)
    {
        var (code, display) = Named(condition, state);
        return draft.Concept(Canonicals.Condition, code, display, context.Codes);
    }

    /// <summary>The words of the use, and those of the condition where the words of the use name the state alone ("relapsed or …").</summary>
    public static IEnumerable<Citation> Places(Stated<IndicationFact> stated) => [stated.Here, stated.Near(stated.Fact.Condition.Display)];

    public static JsonObject Event(Draft draft, MappingContext context, string name) =>
        draft.Concept(Canonicals.Condition, Ids.From(name), name, context.Codes);

    private static (string Code, string Display) Named(Term condition, Term? state) =>
        state is null ? (condition.Code, condition.Display) : (Ids.From(state.Code, condition.Code), $"{state.Display} {condition.Display}");

    private static void MapConditions(MappingContext context)
    {
        var facts = context.Facts;
        var named = new SortedDictionary<string, (string Display, string? Parent, List<Citation> Places)>(StringComparer.Ordinal);
        void Name(string code, string display, string? parent, Citation place)
        {
            if (!named.TryGetValue(code, out var entry)) named[code] = entry = (display, parent, []);
            entry.Places.Add(place);
        }

        void Condition(Term condition, Term? state, Citation place)
        {
            if (state is null || !named.ContainsKey(condition.Code)) Name(condition.Code, condition.Display, null, place);
            if (state is not null) Name(Named(condition, state).Code, Named(condition, state).Display, condition.Code, place);
        }

        foreach (var stated in facts.Of<TherapyFact>())
            if (stated.Fact is { Statement: TherapyFactKind.Condition, Term: { } condition }) Condition(condition, null, stated.Here);
        foreach (var stated in facts.Of<DiseaseFact>())
            if (stated.Fact is { Condition: { } condition }) Condition(condition, null, stated.Near(condition.Display));
        foreach (var stated in facts.Of<IndicationFact>())
        foreach (var place in Places(stated)) Condition(stated.Fact.Condition, stated.Fact.State, place);
        foreach (var stated in facts.Of<RiskFact>()) Name(Ids.From(stated.Fact.Event), stated.Fact.Event, null, stated.Near(stated.Fact.Event));
        foreach (var stated in facts.Of<SideEffectFact>()) Name(Ids.From(stated.Fact.Effect), stated.Fact.Effect, null, stated.Here);
        if (named.Count == 0) return;

        var draft = context.AddArtifact("CodeSystem", "condition", "Condition", "Conditions", "active");
        draft.Json.Set("description", "Diseases, their states and other conditions that the loaded documents name.")
            .Set("caseSensitive", true).Set("hierarchyMeaning", "is-a").Set("content", "complete").Set("count", named.Count)
            .Set("concept", Children(null));

        JsonArray Children(string? parent) => named.Where(entry => entry.Value.Parent == parent).Select(entry =>
            (JsonNode)WithDiseaseFacts(draft, facts, entry.Key, new JsonObject { ["code"] = entry.Key, ["display"] = entry.Value.Display }
                .WithExtensions(draft.CiteAll(entry.Value.Places)))
                .Set("concept", Children(entry.Key))).ToArray();
    }

    private static JsonObject WithDiseaseFacts(Draft draft, FactSet facts, string code, JsonObject concept)
    {
        foreach (var stated in facts.Of<DiseaseFact>().Where(stated => stated.Fact.Condition?.Code == code))
        {
            var words = stated.Fact.Words;
            switch (stated.Fact.Statement)
            {
                case DiseaseFactKind.Definition when concept["definition"] is null:
                    concept.Set("definition", words, [draft.Cite(stated.Here)]);
                    break;
                case DiseaseFactKind.Abbreviation:
                    concept.Append("designation", Designation("abbreviation", words).WithExtensions([draft.Cite(stated.Here)]));
                    break;
                case DiseaseFactKind.Prognosis:
                    concept.WithExtensions([Extensions.Complex("disease-prognosis", [draft.Cite(stated.Here)],
                        Extensions.Part("curable", "valueBoolean", stated.Fact.Curable),
                        Extensions.Part("treatable", "valueBoolean", stated.Fact.Treatable))]);
                    break;
                default:
                    concept.WithExtensions([Extensions.Statement(stated.Fact.Kind, words, [draft.Cite(stated.Here)])]);
                    break;
            }
        }

        return concept;
    }

    private static void MapStates(MappingContext context)
    {
        var states = new SortedDictionary<string, (string Display, List<Citation> Places, List<Stated<StateDefinitionFact>> Means)>(StringComparer.Ordinal);
        (string, List<Citation> Places, List<Stated<StateDefinitionFact>> Means) State(Term state)
        {
            if (!states.TryGetValue(state.Code, out var entry)) states[state.Code] = entry = (state.Display, [], []);
            return entry;
        }

        foreach (var stated in context.Facts.Of<IndicationFact>())
            if (stated.Fact.State is { } state) State(state).Places.Add(stated.Near(state.Display));
        foreach (var stated in context.Facts.Of<StateDefinitionFact>()) State(stated.Fact.State).Means.Add(stated);
        if (states.Count == 0) return;

        var draft = context.AddArtifact("CodeSystem", "disease-state", "DiseaseState", "States of a disease", "active");
        draft.Json.Set("description", "States of a disease that the loaded documents name, in the words in which they explain them.")
            .Set("caseSensitive", true).Set("content", "complete").Set("count", states.Count)
            .Set("concept", states.Select(entry => (JsonNode)Concept(draft, entry.Key, entry.Value)).ToArray());
    }

    private static JsonObject Concept(Draft draft, string code, (string Display, List<Citation> Places, List<Stated<StateDefinitionFact>> Means) state)
    {
        var concept = new JsonObject { ["code"] = code, ["display"] = state.Display }.WithExtensions(draft.CiteAll(state.Places));
        foreach (var means in state.Means.GroupBy(stated => stated.Fact.Means, StringComparer.Ordinal))
        {
            // One wording is the definition; every further one is kept as a designation, since neither overrules the other.
            var places = draft.CiteAll(means.Select(stated => stated.Here));
            if (concept["definition"] is null) concept.Set("definition", means.Key, places);
            else concept.Append("designation", Designation("synonym", means.Key).WithExtensions(places));
        }

        return concept;
    }

    private static void MapCategories(MappingContext context)
    {
        var categories = new SortedDictionary<string, (string Display, List<Citation> Places)>(StringComparer.Ordinal);
        void Category(Term category, Citation place)
        {
            if (!categories.TryGetValue(category.Code, out var entry)) categories[category.Code] = entry = (category.Display, []);
            entry.Places.Add(place);
        }

        foreach (var stated in context.Facts.Of<CombinesWithCategoryFact>()) Category(stated.Fact.Category, stated.Here);
        foreach (var stated in context.Facts.Of<TherapyFact>())
            if (stated.Fact is { Statement: TherapyFactKind.Combination, Term: { } category }) Category(category, stated.Here);
        if (categories.Count == 0) return;

        var draft = context.AddArtifact("CodeSystem", "therapy-category", "TherapyCategory", "Categories of therapy", "active");
        draft.Json.Set("description", "Categories of therapy that the loaded documents say drugs are combined with. They name no drug.")
            .Set("caseSensitive", true).Set("content", "complete").Set("count", categories.Count)
            .Set("concept", categories.Select(entry => (JsonNode)new JsonObject { ["code"] = entry.Key, ["display"] = entry.Value.Display }
                .WithExtensions(draft.CiteAll(entry.Value.Places))).ToArray());
    }

    private static JsonObject Designation(string use, string value) =>
        new() { ["use"] = Concepts.Coding(Canonicals.DesignationUse, use), ["value"] = value };
}
