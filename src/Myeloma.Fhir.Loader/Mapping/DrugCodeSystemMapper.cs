using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// The CodeSystem of drugs, their classes and what these are types of, in one is-a hierarchy, and a ValueSet of the drugs of each class.
/// </summary>
/// <remarks>
/// One system for drugs and classes makes <c>:below</c> and <c>$subsumes</c> answer "any drug of this class". A concept stands under the
/// parent that is stated first; further ones are <c>parent</c> properties. https://hl7.org/fhir/R4/codesystem.html#hierarchy
/// </remarks>
internal static class DrugCodeSystemMapper
{
    private const string ParentProperty = "http://hl7.org/fhir/concept-properties#parent";

    public static void Map(MappingContext context, DrugCatalog drugs)
    {
        var nodes = Nodes(context, drugs);
        if (nodes.Count == 0) return;

        var draft = context.AddArtifact("CodeSystem", "drug", "Drug", "Drugs and their classes", "active");
        draft.Json
            .Set("description", "Drugs, classes of drugs and kinds of therapy that the loaded documents name, with the classes they state. A drug whose class no document states stands at the top.")
            .Set("caseSensitive", true)
            .Set("hierarchyMeaning", "is-a")
            .Set("content", "complete")
            .Set("count", nodes.Count)
            .Set("property", new JsonArray(
                Property("parent", "code", ParentProperty, "A further concept that this one is a type of."),
                Property("kind", "code", null, "Drug, class of drugs, or therapy."),
                Property("mechanism", "string", null, "How the drugs of the class are said to work."),
                Property("target", "string", null, "What is said of the target of the class."),
                Property("effect", "string", null, "What comes of the working of the class.")))
            .Set("concept", Children(draft, nodes, parent: null));

        foreach (var drugClass in nodes.Values.Where(node => node.Kind == "drug-class"))
            MapValueSet(context, drugClass, nodes);
    }

    /// <summary>The code of a class. A class that is called as a drug is gets an ending, since both stand in one system.</summary>
    public static string CodeOf(ClassKey drugClass, DrugCatalog drugs) =>
        drugs.Find(new DrugKey(drugClass.Slug, drugClass.Name)) is null ? drugClass.Slug : drugClass.Slug + "-class";

    private sealed class Node(string code, string display, string kind)
    {
        public string Code => code;
        public string Display => display;
        public string Kind => kind;
        public string? Parent { get; set; }
        public List<(string Code, Citation Place)> Parents { get; } = [];
        public List<Citation> Places { get; } = [];
        public List<(string Use, string Value, Citation Place)> Designations { get; } = [];
        public List<(string Property, string Value, Citation Place)> Properties { get; } = [];
    }

    private static SortedDictionary<string, Node> Nodes(MappingContext context, DrugCatalog drugs)
    {
        var nodes = new SortedDictionary<string, Node>(StringComparer.Ordinal);
        Node Get(string code, string display, string kind) =>
            nodes.TryGetValue(code, out var node) ? node : nodes[code] = new Node(code, display, kind);
        Node Class(ClassKey key) => Get(CodeOf(key, drugs), key.Name, "drug-class");

        foreach (var drug in drugs.All) Get(drug.Key.Slug, drug.Key.Name, "drug").Places.AddRange(drug.Introductions);

        foreach (var stated in context.Facts.Of<DrugClassFact>())
        {
            if (drugs.Find(stated.Fact.Drug) is not { } drug) continue;
            nodes[drug.Key.Slug].Parents.Add((Class(stated.Fact.Class).Code, stated.Here));
            Class(stated.Fact.Class).Places.Add(stated.Here);
        }

        void Broader(ClassKey key, string broader, Citation place)
        {
            var parent = Get(Ids.From(broader), broader, "therapy");
            parent.Places.Add(place);
            Class(key).Parents.Add((parent.Code, place));
            Class(key).Places.Add(place);
        }

        foreach (var stated in context.Facts.Of<ClassListedFact>()) Broader(stated.Fact.Class, stated.Fact.Broader, stated.Here);
        foreach (var stated in context.Facts.Of<ClassBroaderFact>()) Broader(stated.Fact.Class, stated.Fact.Broader, stated.Here);
        foreach (var stated in context.Facts.Of<ClassMechanismFact>()) Class(stated.Fact.Class).Properties.Add(("mechanism", stated.Fact.Words, stated.Here));
        foreach (var stated in context.Facts.Of<ClassTargetFact>()) Class(stated.Fact.Class).Properties.Add(("target", stated.Fact.Words, stated.Here));
        foreach (var stated in context.Facts.Of<ClassEffectFact>()) Class(stated.Fact.Class).Properties.Add(("effect", stated.Fact.Words, stated.Here));
        foreach (var stated in context.Facts.Of<ClassAbbreviationFact>()) Class(stated.Fact.Class).Designations.Add(("abbreviation", stated.Fact.Abbreviation, stated.Here));
        foreach (var stated in context.Facts.Of<BrandFact>())
            if (nodes.TryGetValue(stated.Fact.Drug.Slug, out var drug)) drug.Designations.Add(("brand-name", stated.Fact.Brand, stated.Here));
        foreach (var stated in context.Facts.Of<DrugAbbreviationFact>())
            if (nodes.TryGetValue(stated.Fact.Drug.Slug, out var drug)) drug.Designations.Add(("abbreviation", stated.Fact.Abbreviation, stated.Here));

        foreach (var node in nodes.Values)
            node.Parent = node.Parents.Select(parent => parent.Code).FirstOrDefault(parent => !LeadsTo(nodes, parent, node.Code));
        return nodes;
    }

    /// <summary>Whether the chain of parents from <paramref name="from"/> meets <paramref name="code"/>: such a parent would close a circle.</summary>
    private static bool LeadsTo(SortedDictionary<string, Node> nodes, string from, string code)
    {
        var open = new Stack<string>([from]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryPop(out var next))
        {
            if (next == code) return true;
            if (!seen.Add(next)) continue;
            foreach (var (parent, _) in nodes[next].Parents) open.Push(parent);
        }

        return false;
    }

    private static JsonArray Children(Draft draft, SortedDictionary<string, Node> nodes, string? parent) =>
        nodes.Values.Where(node => node.Parent == parent).Select(node => (JsonNode)Concept(draft, nodes, node)).ToArray();

    private static JsonObject Concept(Draft draft, SortedDictionary<string, Node> nodes, Node node)
    {
        var properties = new JsonArray(PropertyValue("kind", "valueCode", node.Kind, []));
        var others = node.Parents.Where(parent => parent.Code != node.Parent && !LeadsTo(nodes, parent.Code, node.Code));
        foreach (var group in others.GroupBy(parent => parent.Code, StringComparer.Ordinal))
            properties.Add(PropertyValue("parent", "valueCode", group.Key, draft.CiteAll(group.Select(parent => parent.Place))));
        foreach (var group in node.Properties.GroupBy(property => (property.Property, property.Value)))
            properties.Add(PropertyValue(group.Key.Property, "valueString", group.Key.Value, draft.CiteAll(group.Select(property => property.Place))));

        var designations = node.Designations.GroupBy(designation => (designation.Use, designation.Value))
            .Select(group => (JsonNode)new JsonObject { ["use"] = Concepts.Coding(Canonicals.DesignationUse, group.Key.Use), ["value"] = group.Key.Value }
                .WithExtensions(draft.CiteAll(group.Select(designation => designation.Place))))
            .ToArray();

        return new JsonObject { ["code"] = node.Code, ["display"] = node.Display }
            .WithExtensions(draft.CiteAll(node.Places))
            .Set("designation", designations)
            .Set("property", properties)
            .Set("concept", Children(draft, nodes, node.Code));
    }

    private static void MapValueSet(MappingContext context, Node drugClass, SortedDictionary<string, Node> nodes)
    {
        var members = nodes.Values.Where(node => node.Kind == "drug" && node.Parents.Any(parent => parent.Code == drugClass.Code)).ToList();
        if (members.Count == 0) return;

        var draft = context.AddArtifact("ValueSet", ValueSetIdOf(drugClass.Code), Ids.Name(drugClass.Display + " drugs"), $"Drugs of the class {drugClass.Display}", "active");
        draft.Json
            .Set("description", $"The drugs that the loaded documents call a {drugClass.Display}. The documents do not say that these are all.")
            .Set("compose", new JsonObject
            {
                ["include"] = new JsonArray(new JsonObject
                {
                    ["system"] = Canonicals.Drug,
                    ["concept"] = members.Select(member => (JsonNode)new JsonObject { ["code"] = member.Code, ["display"] = member.Display }
                        .WithExtensions(draft.CiteAll(member.Parents.Where(parent => parent.Code == drugClass.Code).Select(parent => parent.Place)))).ToArray(),
                }),
            });
    }

    public static string ValueSetIdOf(string classCode) => Ids.From(classCode);

    private static JsonObject Property(string code, string type, string? uri, string description) =>
        new JsonObject { ["code"] = code }.Set("uri", uri).Set("description", description).Set("type", type);

    private static JsonObject PropertyValue(string code, string valueName, string value, JsonArray places) =>
        new JsonObject { ["code"] = code, [valueName] = value }.WithExtensions(places);
}
