using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Extensions: known, where they may stand, and as their definition says. https://hl7.org/fhir/R4/extensibility.html</summary>
internal static class ExtensionCheck
{
    public static void Check(Element extension, Element parent, Element? grandparent, ResourceScope scope)
    {
        var issues = scope.Run.Issues;
        if (extension.TextOf("url") is not { } url) return;

        // Within an extension names are the outer definition's; it checks them itself.
        if (parent.Type.Name == "Extension" && !ReferenceText.IsAbsolute(url)) return;
        if (!ReferenceText.IsAbsolute(url))
        {
            issues.Error(IssueType.Extension, "extension-url", extension, $"The url of an extension is absolute; '{url}' is not.");
            return;
        }

        var isModifier = extension.Property!.Element.Name == "modifierExtension";
        if (scope.Run.Services.Profiles.Find(url) is not { Fault: null } definition)
        {
            issues.Warn(IssueType.Extension, "extension-unknown", extension,
                isModifier
                    ? $"The modifier extension {url} is not known here: what it changes of the meaning of {(parent.IsResource ? $"this {parent.Type.Name}" : parent.Name)} is not understood."
                    : $"The extension {url} is not known here, so it was not checked.");
            return;
        }

        if (definition.Type != "Extension")
        {
            issues.Error(IssueType.Extension, "extension-definition", extension, $"{url} is the definition of a {definition.Type}, not of an extension.");
            return;
        }

        if (definition.IsModifier is { } asModifier && asModifier != isModifier)
        {
            issues.Error(IssueType.Extension, "extension-modifier", extension, asModifier
                ? $"The extension {url} changes the meaning of what it stands in, so it stands in modifierExtension."
                : $"The extension {url} is no modifier, so it stands in extension, not in modifierExtension.");
        }

        if (!ExtensionContexts.Allow(definition, parent, grandparent, scope))
        {
            issues.Error(IssueType.Extension, "extension-context", extension,
                $"The extension {url} may stand in {string.Join(", ", definition.Contexts.Select(context => context.Expression))}, not in {ExtensionContexts.PathOf(parent)}.");
        }

        foreach (var rule in definition.ContextInvariants)
        {
            if (!FhirPathContext.IsMet(rule, parent, extension, scope))
                issues.Error(IssueType.Invariant, "extension-context-invariant", extension, $"The extension {url} may stand where this holds: {rule}; of this {ExtensionContexts.PathOf(parent)} it does not.");
        }

        Parts(extension, definition, issues);
        scope.Run.Conform(extension, scope, url, issues, extension, "its url", isRequired: false);
    }

    /// <summary>The parts of a complex extension are those that its definition names.</summary>
    private static void Parts(Element extension, ProfileTree definition, IssueList issues)
    {
        var parts = definition.Root.Child("extension")?.Slices;
        if (parts is null or []) return;
        foreach (var part in extension.Children("extension"))
        {
            if (part.TextOf("url") is { } url && !ReferenceText.IsAbsolute(url) && !parts.Exists(slice => slice.Child("url")?.Fixed?.Text == url))
                issues.Error(IssueType.Extension, "extension-part", part, $"The extension {definition.Url} has no part '{url}'; it has {string.Join(", ", parts.Select(slice => slice.SliceName))}.");
        }
    }
}

/// <summary>Where an extension may stand. https://hl7.org/fhir/R4/defining-extensions.html#context</summary>
internal static class ExtensionContexts
{
    public static bool Allow(ProfileTree definition, Element parent, Element? grandparent, ResourceScope scope)
    {
        if (definition.Contexts.Count == 0) return true;
        string? path = null;
        foreach (var (kind, expression) in definition.Contexts)
        {
            switch (kind)
            {
                case "element":
                    if (IsOf(parent, expression)) return true;
                    path ??= PathOf(parent);
                    if (path == Plain(expression) || IsAmended(definition, expression, parent)) return true;
                    break;
                case "extension":
                    // On the outer extension itself, or on its value.
                    if (IsExtension(parent, expression) || (grandparent is { } outer && parent.Name == "value" && IsExtension(outer, expression))) return true;
                    break;

                // An expression over the resource would have to be met by the parent; it is taken as met where it can't be evaluated.
                default:
                    if (FhirPathContext.Holds(expression, parent, scope)) return true;
                    break;
            }
        }

        return false;
    }

    private static bool IsExtension(Element element, string url) => element.Type.Name == "Extension" && Canonicals.Url(url) == element.TextOf("url");

    private static bool IsOf(Element parent, string expression)
    {
        var plain = Plain(expression);
        if (plain is "*" or "Element" || parent.Type.IsA(plain)) return true;
        if (parent.Property is not { } property) return false;
        if (Plain(property.Element.Path) == plain) return true;

        // An element may be named by a type that its resource specialises: DomainResource.text.
        var dot = plain.LastIndexOf('.');
        if (dot < 0 || plain[(dot + 1)..] != property.Element.Name) return false;
        var owner = property.Element.Path[..property.Element.Path.LastIndexOf('.')];
        return parent.Document.Schema.FindType(owner)?.IsA(plain[..dot]) == true;
    }

    /// <summary>The snapshots of the specification have this one on the type, not on its code, where its definition puts it.</summary>
    private static bool IsAmended(ProfileTree definition, string expression, Element parent) =>
        definition.Url == "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type" && expression == "ElementDefinition.type.code"
        && parent.Type.Name == "ElementDefinition.type";

    private static string Plain(string path) => path.Replace("[x]", "", StringComparison.Ordinal);

    /// <summary>The element's path without indexes: <c>Patient.contact.name</c>.</summary>
    public static string PathOf(Element element)
    {
        var expression = element.Document.ExpressionOf(element);
        return string.Join('.', expression.Split('.').Select(step => step.Split('[')[0]));
    }
}
