using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>Reads what a code system states, from a resource or from the definitions of R4.</summary>
internal static class CodeSystemReading
{
    /// <param name="resource">A CodeSystem. What is not legal in it is passed over: concepts without a code, properties without a value.</param>
    public static CodeSystemSource Read(Element resource)
    {
        var concepts = new List<ConceptSource>();
        ReadConcepts(resource, -1, concepts);
        return new CodeSystemSource(
            resource.TextOf("url") ?? "",
            resource.TextOf("version"),
            resource.TextOf("content") ?? "complete",
            concepts)
        {
            Name = resource.TextOf("name"),
            Title = resource.TextOf("title"),
            Status = resource.TextOf("status"),
            Language = resource.TextOf("language"),
            IsExperimental = resource.TextOf("experimental") == "true",
            StandardsStatus = ExtensionText(resource, ConceptExtensions.StandardsStatus),
            CaseSensitive = resource.TextOf("caseSensitive") is { } stated ? stated == "true" : null,
            IsVersionNeeded = resource.TextOf("versionNeeded") == "true",
            HierarchyMeaning = resource.TextOf("hierarchyMeaning"),
            ValueSet = resource.TextOf("valueSet"),
            Supplements = resource.TextOf("supplements"),
            Properties =
            [
                .. resource.Children("property").ToList()
                    .Select(each => new PropertyDefinition(each.TextOf("code") ?? "", each.TextOf("uri"), each.TextOf("type") ?? "string")),
            ],
        };
    }

    /// <summary>A system of the R4 definitions.</summary>
    public static CodeSystemSource Read(CodeSystemDefinition definition) =>
        new(definition.Url, definition.Version, definition.Content, [.. definition.Concepts.Select(Read)])
        {
            Name = definition.Name,
            Title = definition.Title,
            Status = definition.Status,
            CaseSensitive = definition.CaseSensitive,
            HierarchyMeaning = definition.HierarchyMeaning,
            ValueSet = definition.ValueSet,
            Supplements = definition.Supplements,
            Properties = [.. definition.Properties.Select(each => new PropertyDefinition(each.Code, each.Uri, each.Type))],
        };

    private static ConceptSource Read(ConceptDefinition concept) =>
        new(concept.Code, concept.Display, concept.Definition, concept.Parents.Count > 0 ? concept.Parents[0] : -1)
        {
            FurtherParents = concept.Parents.Count > 1 ? [.. concept.Parents.Skip(1)] : [],
            Designations = [.. concept.Designations.Select(each => new Designation(each.Language, null, each.Value))],
            Properties = [.. concept.Properties.Select(Read)],
        };

    private static ConceptProperty Read(Model.Schema.ConceptProperty property)
    {
        if (property.Kind != "Coding") return new ConceptProperty(property.Code, property.Kind, property.Value);
        var bar = property.Value.IndexOf('|', StringComparison.Ordinal);
        return new ConceptProperty(property.Code, property.Kind, property.Value[(bar + 1)..], property.Value[..Math.Max(bar, 0)]);
    }

    private static void ReadConcepts(Element parent, int place, List<ConceptSource> concepts)
    {
        foreach (var concept in parent.Children("concept"))
        {
            if (concept.TextOf("code") is not { } code) continue;
            var properties = ReadProperties(concept);
            var extensions = Extensions(concept, properties);
            concepts.Add(new ConceptSource(code, concept.TextOf("display"), concept.TextOf("definition"), place)
            {
                Properties = properties,
                Extensions = extensions,
                Designations = ReadDesignations(concept),
            });
            ReadConcepts(concept, concepts.Count - 1, concepts);
        }
    }

    private static List<ConceptProperty> ReadProperties(Element concept)
    {
        var properties = new List<ConceptProperty>();
        foreach (var property in concept.Children("property"))
        {
            if (property.TextOf("code") is not { } code || property.Child("value") is not { } value) continue;
            if (value.IsPrimitive)
            {
                if (value.Text is { } text) properties.Add(new ConceptProperty(code, value.Type.Name, text));
            }
            else if (value.TextOf("code") is { } coding)
            {
                properties.Add(new ConceptProperty(code, "Coding", coding, value.TextOf("system"), value.TextOf("display")));
            }
        }

        return properties;
    }

    /// <summary>The designations of a concept of a code system or a value set.</summary>
    public static IReadOnlyList<Designation> ReadDesignations(Element concept)
    {
        List<Designation>? designations = null;
        foreach (var each in concept.Children("designation"))
        {
            if (each.TextOf("value") is not { } value) continue;
            var use = each.Child("use") is { } coding ? new ConceptUse(coding.TextOf("system"), coding.TextOf("code"), coding.TextOf("display")) : null;
            (designations ??= []).Add(new Designation(each.TextOf("language"), use, value, ExtensionText(each, ConceptExtensions.StandardsStatus))
            {
                Extensions = Extensions(each, null),
            });
        }

        return designations ?? (IReadOnlyList<Designation>)[];
    }

    /// <summary>The extensions that go out with a concept; those that are properties by another name are put among the properties.</summary>
    /// <param name="properties">Null where extensions that stand for properties are passed over.</param>
    /// <param name="isCodeSystem">Whether a standards status is that of the concept itself, and so its property <c>status</c>.</param>
    public static IReadOnlyList<ConceptExtension> Extensions(Element concept, List<ConceptProperty>? properties, bool isCodeSystem = true)
    {
        List<ConceptExtension>? kept = null;
        foreach (var extension in concept.Children("extension"))
        {
            if (extension.TextOf("url") is not { } url) continue;
            if (ConceptExtensions.PropertyOf(url) is { } property && properties is not null)
            {
                if (extension.Child("value") is { Text: { } text })
                    properties.Add(new ConceptProperty(property, property == "label" ? "string" : "decimal", text));
            }
            else if (url == ConceptExtensions.StandardsStatus && properties is not null && isCodeSystem && extension.Child("value") is { Text: { } status })
            {
                properties.Add(new ConceptProperty("status", "code", status));
            }
            else if (ConceptExtensions.IsKept(url))
            {
                (kept ??= []).Add(new ConceptExtension(url, System.Text.Encoding.UTF8.GetString(extension.RawValue)));
            }
        }

        return kept ?? (IReadOnlyList<ConceptExtension>)[];
    }

    /// <summary>The value of the first extension of that url, as text; null when there is none.</summary>
    public static string? ExtensionText(Element element, string url)
    {
        foreach (var extension in element.Children("extension"))
            if (extension.TextOf("url") == url) return extension.TextOf("value");
        return null;
    }
}
