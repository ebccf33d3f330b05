using System.Text;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>What artifacts ask to be given: data they name, data their expressions read, parameters, codes.</summary>
/// <remarks>https://hl7.org/fhir/R4/metadatatypes.html#DataRequirement</remarks>
internal sealed class RequirementReading
{
    private readonly HashSet<string> names;
    private readonly HashSet<string> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly List<string> types = [];

    private RequirementReading(IEnumerable<string> names) => this.names = [.. names];

    /// <summary>DataRequirements as JSON, each once: those that artifacts state, in order.</summary>
    public List<string> Stated { get; } = [];

    /// <summary>Types of resources that expressions read and no stated requirement asks for in full.</summary>
    public IEnumerable<string> Read => types.Where(type => !seen.Contains($$"""{"type":"{{type}}"}"""));

    /// <summary>ParameterDefinitions as JSON, each once.</summary>
    public List<string> Parameters { get; } = [];

    /// <summary>Codings as JSON that data is filtered by, each once.</summary>
    public List<string> Codes { get; } = [];

    /// <param name="documents">The artifact first.</param>
    /// <param name="expressions">Names of expressions of the artifact; with any, only what these read counts.</param>
    /// <exception cref="FhirException"><c>invalid</c>: no expression of that name.</exception>
    public static RequirementReading Of(IReadOnlyList<ResourceDocument> documents, IReadOnlyList<OperationArgument> expressions)
    {
        var reading = new RequirementReading(expressions.Select(expression => expression.Text!));
        foreach (var document in reading.names.Count == 0 ? documents : documents.Take(1)) reading.Walk(document.Root);
        List<Issue> faults = [.. expressions.Where(expression => !reading.found.Contains(expression.Text!))
            .Select(expression => Issue.Invalid($"{TracedArtifacts.NameOf(documents[0])} has no expression of the name '{expression.Text}'.", expression.Expression))];
        return faults.Count == 0 ? reading : throw new FhirException(faults);
    }

    private void Walk(Element parent)
    {
        foreach (var child in parent.Children())
        {
            // What an action makes is no requirement.
            if (child.IsPrimitive || child.Name == "output" || child.Type.Name == "Narrative") continue;
            if (child.Type.Name == "Expression") Expression(child);
            else if (names.Count > 0) Walk(child);
            else if (child.Type.Name == "DataRequirement") Requirement(child);
            else if (child.Type.Name == "ParameterDefinition") Add(Parameters, child);
            else Walk(child);
        }
    }

    private void Requirement(Element requirement)
    {
        Add(Stated, requirement);
        foreach (var filter in requirement.Children("codeFilter"))
            foreach (var code in filter.Children("code")) Add(Codes, code);
    }

    private void Expression(Element expression)
    {
        var name = expression.TextOf("name");
        if (names.Count > 0 && (name is null || !names.Contains(name))) return;
        if (name is not null) found.Add(name);
        foreach (var type in ExpressionRequirements.Of(expression))
            if (read.Add(type)) types.Add(type);
    }

    private void Add(List<string> list, Element element)
    {
        var json = Encoding.UTF8.GetString(element.RawValue);
        if (seen.Add(json)) list.Add(json);
    }
}
