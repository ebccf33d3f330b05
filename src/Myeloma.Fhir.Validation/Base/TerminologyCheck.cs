using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>What code systems and value sets ask beyond their invariants. https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html</summary>
internal static class TerminologyCheck
{
    public static void Check(Element resource, IssueList issues)
    {
        if (resource.Type.Name == "ValueSet") ValueSet(resource, issues);
        else CodeSystem(resource, issues);
    }

    private static void ValueSet(Element resource, IssueList issues)
    {
        if (resource.Child("compose") is not { } compose) return;
        foreach (var clause in compose.Children())
        {
            if (clause.Name is not ("include" or "exclude") || clause.Child("system") is not { } system || system.Text is not { } text) continue;
            if (!ReferenceText.IsAbsolute(text))
                issues.Error(IssueType.Value, "value-set-system", system, $"The system that a value set draws on is absolute; '{text}' is not.");
        }
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
