using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>Snapshots by canonical: of the definitions that are given, of the published profiles, of the base definitions. For one generation.</summary>
internal sealed class SnapshotSource(R4Schema schema, Func<string, ResourceDocument?> definitions, int maxElements)
{
    public const string Base = "http://hl7.org/fhir/StructureDefinition/";

    private readonly Dictionary<string, SnapshotNode?> trees = new(StringComparer.Ordinal);
    private readonly List<string> chain = [];

    public R4Schema Schema => schema;

    /// <summary>Of all snapshots that this one takes.</summary>
    public SnapshotSize Size { get; } = new(maxElements);

    /// <summary>The snapshot of a definition, made of its differential.</summary>
    /// <exception cref="FhirException">As <see cref="SnapshotGeneration.Generate"/>.</exception>
    public SnapshotNode Generate(ResourceDocument document, JsonObject json)
    {
        var definition = document.Root;
        var url = definition.TextOf("url") ?? "";
        if (definition.TextOf("type") is not { } type) throw new FhirException(Issue.Required("A StructureDefinition without 'type' has no elements; say which type it defines or constrains.", "StructureDefinition.type"));
        if (definition.Child("differential") is not { } differential)
            throw new FhirException(Issue.Required("A snapshot is made of the differential, and there is none.", "StructureDefinition.differential"));

        chain.Add(url);
        var tree = BaseOf(definition).Copy(Size);
        var isNewType = definition.TextOf("derivation") == "specialization";
        if (isNewType) BecomeType(tree, type[(type.LastIndexOf('/') + 1)..]);
        else if (tree.Name != type)
            throw new FhirException(Issue.BusinessRule($"The base {definition.TextOf("baseDefinition")} is of the type {tree.Name}, this profile of {type}; a profile has the type of its base.", "StructureDefinition.type"));

        var application = new DifferentialApplication(this, tree, url, isNewType);
        var elements = json["differential"]!["element"] as JsonArray ?? [];
        var index = 0;
        foreach (var element in differential.Children("element"))
            application.Apply((JsonObject)elements[index++]!, document.ExpressionOf(element));
        application.Complete();
        chain.RemoveAt(chain.Count - 1);
        return application.Issues.Count == 0 ? tree : throw new FhirException(application.Issues);
    }

    private SnapshotNode BaseOf(Element definition)
    {
        if (definition.TextOf("baseDefinition") is not { } canonical)
        {
            // Only Element and Resource have no base, and a logical model may start from nothing.
            if (definition.TextOf("derivation") == "constraint") throw new FhirException(Issue.Required("A profile names the definition it constrains in 'baseDefinition'.", "StructureDefinition.baseDefinition"));
            return new SnapshotNode(definition.TextOf("type")!, new JsonObject { ["min"] = 0, ["max"] = "*" });
        }

        const string at = "StructureDefinition.baseDefinition";
        if (chain.Contains(Canonicals.Url(canonical))) throw new FhirException(Issue.Invalid($"The base {canonical} is derived from this very definition; a chain of bases ends at a definition of R4.", at));
        try
        {
            return Find(canonical) ?? throw new FhirException(Issue.NotFound($"The base {canonical} is not known here; store it, or send a canonical of a definition that is.", at));
        }
        catch (FhirException exception) when (exception.Issues.Any(issue => issue.Type != IssueType.TooCostly && issue.Expression?.StartsWith(at, StringComparison.Ordinal) != true))
        {
            // Faults of the base stand in the base: here they are about the name of it.
            throw new FhirException([.. exception.Issues.Select(issue => issue with { Diagnostics = $"The base {canonical} has no snapshot, and none can be made ({issue.Expression}): {issue.Diagnostics}", Expression = at })]);
        }
    }

    /// <summary>The snapshot of what a canonical names.</summary>
    /// <returns>Null when nothing of the name is known; shared, to be copied before it is changed.</returns>
    /// <exception cref="FhirException">It is a differential of which no snapshot can be made.</exception>
    public SnapshotNode? Find(string canonical)
    {
        if (trees.TryGetValue(canonical, out var known)) return known;
        return trees[canonical] = Read(canonical);
    }

    /// <summary>The snapshot of a profile that an element's type names; null when it is being made, can't be made or is not known.</summary>
    public SnapshotNode? FindProfile(string canonical)
    {
        if (chain.Contains(Canonicals.Url(canonical))) return null;
        var depth = chain.Count;
        try
        {
            return Find(canonical);
        }
        catch (FhirException exception) when (exception.Issues[0].Type != IssueType.TooCostly)
        {
            // What the profile adds is told where it is used; below it the elements of its type stand.
            chain.RemoveRange(depth, chain.Count - depth);
            return trees[canonical] = null;
        }
    }

    /// <summary>The snapshot of a type; null when there is no such type.</summary>
    public SnapshotNode? FindType(string code) => FindProfile(code.Contains('/', StringComparison.Ordinal) ? code : Base + code);

    private SnapshotNode? Read(string canonical)
    {
        var given = definitions(canonical) ?? PublishedProfiles.Find(canonical, schema);
        if (given is { ResourceType: "StructureDefinition" })
        {
            var json = SnapshotGeneration.Json(given);
            if (json["snapshot"]?["element"] is JsonArray { Count: > 1 } elements && SnapshotView.Read(elements) is { } tree) return tree;
            return Generate(given, json);
        }

        var url = Canonicals.Url(canonical);
        return url.StartsWith(Base, StringComparison.Ordinal) && schema.FindType(url[Base.Length..]) is { Kind: not TypeKind.Backbone } type ? BaseSnapshot.Of(type) : null;
    }

    /// <summary>A specialization inherits all elements under its own name.</summary>
    private static void BecomeType(SnapshotNode tree, string name)
    {
        tree.Name = name;
        tree.Definition["base"] = new JsonObject { ["path"] = name, ["min"] = tree.Min, ["max"] = tree.Text("max") ?? "*" };
    }
}
