using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>What code systems and value sets ask beyond their invariants. https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html</summary>
internal static class TerminologyCheck
{
    public static void Check(Element resource, Validator services, IssueList issues)
    {
        if (resource.Type.Name == "ValueSet") ValueSet(resource, services, issues);
        else CodeSystem(resource, issues);
    }

    private static void ValueSet(Element resource, Validator services, IssueList issues)
    {
        if (resource.Child("compose") is not { } compose) return;
        foreach (var clause in compose.Children())
        {
            if (clause.Name is not ("include" or "exclude") || clause.Child("system") is not { } system || system.Text is not { } text) continue;
            if (!ReferenceText.IsAbsolute(text))
                issues.Error(IssueType.Value, "value-set-system", system, $"The system that a value set draws on is absolute; '{text}' is not.");
            else if (services.Definitions.System(text)?.Compiled is { } known)
                Filters(clause, known, services, issues);
        }
    }

    /// <summary>A filter on a property that holds codes names one that there is.</summary>
    private static void Filters(Element clause, CompiledCodeSystem system, Validator services, IssueList issues)
    {
        foreach (var filter in clause.Children("filter"))
        {
            if (filter.TextOf("op") != "=" || filter.Child("value") is not { } place || place.Text is not { } value) continue;
            switch (TypeOf(filter.TextOf("property"), system))
            {
                case "code" when services.Codes(null, system.Url, value) == CodeAnswer.UnknownCode:
                    issues.Error(IssueType.CodeInvalid, "value-set-filter", place, $"The property '{filter.TextOf("property")}' of {system.Url} holds codes of that system; it has no code '{value}'.");
                    break;
                case "Coding" when value.IndexOf('#', StringComparison.Ordinal) is var mark:
                    if (mark <= 0)
                        issues.Error(IssueType.Value, "value-set-filter", place, $"The property '{filter.TextOf("property")}' of {system.Url} holds Codings, which a filter names as system#code; '{value}' is not of that form.");
                    else if (services.Codes(null, value[..mark].Split('|')[0], value[(mark + 1)..]) == CodeAnswer.UnknownCode)
                        issues.Error(IssueType.CodeInvalid, "value-set-filter", place, $"The code system {value[..mark]} has no code '{value[(mark + 1)..]}', which the filter on '{filter.TextOf("property")}' asks for.");
                    break;
            }
        }
    }

    private static string? TypeOf(string? property, CompiledCodeSystem system)
    {
        foreach (var each in system.Source.Properties)
            if (each.Code == property) return each.Type;
        return null;
    }

    private static void CodeSystem(Element resource, IssueList issues)
    {
        var content = resource.TextOf("content");
        if (resource.Child("supplements") is { } supplements && content != "supplement")
            issues.Error(IssueType.BusinessRule, "code-system-content", supplements, $"A code system that supplements another one has the content 'supplement', not '{content}'.");
        if (content == "not-present" && resource.Child("concept") is { } concept)
            issues.Error(IssueType.BusinessRule, "code-system-content", concept, "The code system says that its content is not present, yet here is a concept.");

        var properties = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var property in resource.Children("property"))
        {
            if (property.TextOf("code") is { } code && !properties.TryAdd(code, property.TextOf("type")))
                issues.Error(IssueType.Duplicate, "code-system-property", property, $"The property '{code}' is defined twice.");
        }

        if (properties.Count > 0) Concepts(resource, properties, issues);
    }

    private static void Concepts(Element parent, Dictionary<string, string?> properties, IssueList issues)
    {
        foreach (var concept in parent.Children("concept"))
        {
            foreach (var property in concept.Children("property"))
            {
                if (property.TextOf("code") is not { } code || property.Child("value") is not { } value || !properties.TryGetValue(code, out var type)) continue;
                if (type is not null && value.Type.Name != type)
                    issues.Error(IssueType.BusinessRule, "code-system-property", value, $"The property '{code}' is defined with the type {type}; here its value is {value.Type.Name}.");
            }

            Concepts(concept, properties, issues);
        }
    }
}
