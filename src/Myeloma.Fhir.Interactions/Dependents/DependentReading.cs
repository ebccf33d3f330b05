using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Interactions.Dependents;

/// <summary>The places of a resource that rest on something, those in contained resources among them.</summary>
internal sealed class DependentReading(DependentTarget target, TerminologyCatalog catalog, TerminologyLimits limits)
{
    private readonly List<DependentPlace> places = [];
    private ResourceDocument document = null!;

    /// <returns>In the order of the document; empty when it does not rest on it.</returns>
    public IReadOnlyList<DependentPlace> Of(ResourceDocument resource)
    {
        places.Clear();
        document = resource;
        Walk(resource.Root);
        if (resource.ResourceType == "ValueSet") foreach (var code in target.Codes) AddRule(resource.Root, code);
        return [.. places];
    }

    private void Walk(Element parent)
    {
        foreach (var child in parent.Children())
        {
            if (child.IsPrimitive) Primitive(parent, child);
            else Complex(child);
        }
    }

    private void Primitive(Element parent, Element child)
    {
        if (child.Text is not { } text) return;
        if (child.Type.Name is "canonical" || (child.Type.Name == "uri" && IsCanonical(parent, child)))
        {
            // What came before, what it was made of and what it cites is no use of it.
            if (parent.Type.Name == "RelatedArtifact" && parent.TextOf("type") is not ("depends-on" or "composed-of")) return;
            if (target.Url is not null && target.IsNamedBy(text, out var isPinned)) AddCanonical(child, isPinned);
        }
        else if (child.Name == "expression" && (parent.Type.Name == "Expression" || parent.Type.Name == "SearchParameter"))
        {
            AddExpression(child, text);
        }

        Walk(child);
    }

    private static bool IsCanonical(Element parent, Element child) => (parent.Type.Name, child.Name) is ("ConceptMap", "source" or "target");

    private void Complex(Element element)
    {
        switch (element.Type.Name)
        {
            case "Narrative":
                return;
            case "Reference":
                if (target.Key is { } key && element.TextOf("reference") is { } reference && (reference == key.ToString() || reference.EndsWith($"/{key}", StringComparison.Ordinal)))
                    Add(DependentHow.Reference, element, "would refer to what is retired", true);
                break;
            case "Coding":
                AddCoding(element);
                break;
            case "ValueSet.compose.include":
                AddInclude(element);
                break;
            case "ConceptMap.group":
                AddGroup(element);
                break;
        }

        Walk(element);
    }

    private void AddCanonical(Element place, bool isPinned)
    {
        if (isPinned) Add(DependentHow.Canonical, place, "names this version and would be left with one that is retired", true);
        else if (target.Next is { } next) Add(DependentHow.Canonical, place, $"names no version and would mean {next} from then on", false);
        else Add(DependentHow.Canonical, place, "names no version and would be left with one that is retired, since there is no other", true);
    }

    private void AddCoding(Element coding)
    {
        var (system, code) = (coding.TextOf("system"), coding.TextOf("code"));
        if (target.IsCodeSystem && system == target.Url) AddSystem(coding, coding.TextOf("version"));
        else if (target.Codes.Any(each => each.System == system && each.Code == code)) Add(DependentHow.Code, coding, "would name a code that is retired", true);
    }

    private void AddSystem(Element place, string? version)
    {
        if (version is not null && target.Version is not null && version != target.Version) return;
        AddNamed(DependentHow.System, place, version is not null);
    }

    private void AddNamed(string how, Element place, bool isPinned)
    {
        var (impact, breaks) = !isPinned && target.Next is { } next ? ($"takes codes of whatever version there is and would take them from {next}", false) : ("would take its codes from what is retired", true);
        Add(how, place, impact, breaks);
    }

    private void AddInclude(Element include)
    {
        var system = include.TextOf("system");
        if (target.IsCodeSystem && system == target.Url) AddSystem(include, include.TextOf("version"));
        AddFilters(include, system);
        foreach (var concept in include.Children("concept"))
            if (target.Codes.Any(each => each.System == system && each.Code == concept.TextOf("code")))
                Add(DependentHow.Member, concept, include.Name == "exclude" ? "excludes the code, which would not be there to be excluded" : "lists the code and would hold one that is retired", true);
    }

    /// <summary>Filters that name the code: is-a, descendent-of, in and the like start from it.</summary>
    private void AddFilters(Element include, string? system)
    {
        foreach (var filter in include.Children("filter"))
            if (filter.TextOf("value") is { } value && target.Codes.Any(code => code.System == system && value.Split(',').Any(each => each.Trim() == code.Code)))
                Add(DependentHow.Filter, filter, "starts from the code and would start from one that is retired", true);
    }

    /// <summary>A code that a value set holds without listing it.</summary>
    private void AddRule(Element valueSet, (string System, string Code) code)
    {
        var rules = valueSet.Child("compose")?.Children("include").ToList().Where(include => include.TextOf("system") == code.System && include.Child("concept") is null).ToList() ?? [];
        if (rules.Count == 0 || !IsHeld(valueSet, code)) return;
        foreach (var include in rules)
        {
            if (!IsHeld(Alone(include), code)) continue;
            var rule = include.Child("filter") is null ? "all codes of the system" : "a filter";
            Add(DependentHow.Filter, include, $"holds {code.Code} by {rule} and would no longer hold it", true);
        }
    }

    /// <summary>A value set of one rule.</summary>
    private static Element Alone(Element include) =>
        ResourceDocument.Parse(Encoding.UTF8.GetBytes($$$"""{"resourceType":"ValueSet","status":"active","compose":{"include":[{{{Encoding.UTF8.GetString(include.RawValue)}}}]}}""")).Root;

    private bool IsHeld(Element valueSet, (string System, string Code) code)
    {
        var asked = new TerminologyArguments([new("valueSet", null, null, valueSet), new("system", code.System, null), new("code", code.Code, null)]);
        try
        {
            using var answer = JsonDocument.Parse(new ValidateCode(limits).ValueSet(catalog, asked));
            foreach (var parameter in answer.RootElement.GetProperty("parameter").EnumerateArray())
                if (parameter.GetProperty("name").GetString() == "result") return parameter.GetProperty("valueBoolean").GetBoolean();
            return false;
        }
        catch (FhirException)
        {
            // A value set that can't be evaluated holds nothing that could be told.
            return false;
        }
    }

    private void AddGroup(Element group)
    {
        var (source, to) = (group.TextOf("source"), group.TextOf("target"));
        if (target.IsCodeSystem && (source == target.Url || to == target.Url))
            AddNamed(DependentHow.Map, group, group.TextOf(source == target.Url ? "sourceVersion" : "targetVersion") is not null);
        if (target.Codes.Count == 0) return;
        foreach (var element in group.Children("element"))
        {
            if (target.Codes.Any(each => each.System == source && each.Code == element.TextOf("code"))) Add(DependentHow.Map, element, "translates a code that would be retired", true);
            foreach (var mapped in element.Children("target"))
                if (target.Codes.Any(each => each.System == to && each.Code == mapped.TextOf("code"))) Add(DependentHow.Map, mapped, "translates to a code that would be retired", true);
        }
    }

    /// <summary>An expression names a code as a literal beside its system, and a definition by its url.</summary>
    private void AddExpression(Element place, string expression)
    {
        if (target.Url is { } url && Literals(expression).Any(literal => literal == url || literal.StartsWith(url + "|", StringComparison.Ordinal)))
            Add(DependentHow.Expression, place, "names it and would ask what is retired", true);
        else if (target.Codes.Any(code => Literals(expression).Contains(code.Code) && (!Literals(expression).Any(IsUrl) || Literals(expression).Contains(code.System))))
            Add(DependentHow.Expression, place, "names the code and would be met by nothing that is recorded with another one", true);
    }

    private static bool IsUrl(string literal) => literal.Contains("://", StringComparison.Ordinal) || literal.StartsWith("urn:", StringComparison.Ordinal);

    /// <summary>The string literals of FHIRPath or CQL.</summary>
    private static List<string> Literals(string expression)
    {
        var literals = new List<string>();
        for (var at = 0; at < expression.Length; at++)
        {
            if (expression[at] is not ('\'' or '"')) continue;
            var (quote, start) = (expression[at], at + 1);
            for (at = start; at < expression.Length && expression[at] != quote; at++)
                if (expression[at] == '\\') at++;
            if (at < expression.Length) literals.Add(expression[start..at]);
        }

        return literals;
    }

    private void Add(string how, Element place, string impact, bool breaks) => places.Add(new DependentPlace(how, document.ExpressionOf(place), impact, breaks));
}
