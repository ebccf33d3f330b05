using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Invariants;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Reads an ElementDefinition into a node; what only repeats the base definition is left out. https://hl7.org/fhir/R4/elementdefinition.html</summary>
internal static class ElementReading
{
    private const string BestPractice = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";

    /// <summary>How R4 states an element of R5. https://hl7.org/fhir/R4/versions.html#extensions</summary>
    private const string MustHaveValue = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue";

    /// <param name="profile">Canonical of the profile, the source of invariants that name none.</param>
    public static void Read(Element definition, ProfileNode node, string profile)
    {
        if (Number(definition.TextOf("min")) is { } min) node.Min = min;
        if (definition.TextOf("max") is { } max) node.Max = max == "*" ? int.MaxValue : Number(max) ?? node.Max;
        if (Number(definition.TextOf("maxLength")) is { } length) node.MaxLength = length;
        node.Fixed = definition.Child("fixed") ?? node.Fixed;
        node.Pattern = definition.Child("pattern") ?? node.Pattern;
        node.MinValue = definition.Child("minValue") ?? node.MinValue;
        node.MaxValue = definition.Child("maxValue") ?? node.MaxValue;

        // Only a reference into the profile itself brings the profile's rules along; content named by the base definition is checked by that alone.
        if (definition.TextOf("contentReference") is { } content && (content.StartsWith('#') || content.StartsWith(profile + "#", StringComparison.Ordinal)))
            node.ContentPath = content[(content.IndexOf('#', StringComparison.Ordinal) + 1)..];
        if (FlagOf(definition, MustHaveValue)) node.MustHaveValue = true;
        Types(definition, node);
        Binding(definition, node);
        if (definition.Child("slicing") is { } slicing) node.Slicing = SlicingOf(slicing);
        foreach (var constraint in definition.Children("constraint")) Constraint(constraint, node, profile);
    }

    private static bool FlagOf(Element definition, string url)
    {
        foreach (var extension in definition.Children("extension"))
            if (extension.TextOf("url") == url) return extension.TextOf("value") == "true";
        return false;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static void Types(Element definition, ProfileNode node)
    {
        var types = new List<ProfileType>();
        foreach (var type in definition.Children("type"))
        {
            // The values of primitives and the id of elements have types of FHIRPath's own.
            if (type.TextOf("code") is not { } code || code.Contains(':', StringComparison.Ordinal)) return;
            types.Add(new ProfileType(code, Texts(type, "profile"), Texts(type, "targetProfile"), Texts(type, "aggregation"), type.TextOf("versioning")));
        }

        if (types.Count == 0 || node.Schema is not { } schema || RepeatsBase(types, schema, node)) return;
        node.Types = types;

        // An element with children in place is named BackboneElement or Element here; its children stand in the inline type.
        var possible = new List<TypeSchema>();
        foreach (var reference in schema.Types)
        {
            foreach (var type in types)
            {
                if (reference.Type.IsA(type.Code)) possible.Add(reference.Type);
                else if (reference.Type.IsAbstract && R4Schema.Instance.FindType(type.Code) is { } narrower && narrower.IsA(reference.Type.Name)) possible.Add(narrower);
            }
        }

        if (possible.Count > 0) node.Possible = [.. possible.Distinct()];
    }

    private static bool RepeatsBase(List<ProfileType> types, ElementSchema schema, ProfileNode node)
    {
        if (node.Types is not null || node.IsSlice) return false;
        if (types.Any(type => type.Profiles.Count > 0 || type.Aggregation.Count > 0 || type.Versioning is not (null or "either"))) return false;
        foreach (var reference in schema.Types)
        {
            if (types.Find(type => reference.Type.IsA(type.Code)) is not { } stated) return false;
            if (reference.Type.Name != "Reference") continue;
            var targets = stated.TargetProfiles.Select(target => target[(target.LastIndexOf('/') + 1)..]).ToList();
            var isAny = reference.TargetTypes.Count == 0 || reference.TargetTypes.Contains("Resource");
            if (targets.Count > 0 && !targets.Contains("Resource") && (isAny || !reference.TargetTypes.All(targets.Contains))) return false;
        }

        return true;
    }

    private static void Binding(Element definition, ProfileNode node)
    {
        if (definition.Child("binding") is not { } binding || binding.TextOf("valueSet") is not { } valueSet) return;
        if (!Enum.TryParse<BindingStrength>(binding.TextOf("strength"), ignoreCase: true, out var strength)) return;
        if (node.Schema?.Binding is { } known && known.Strength >= strength && Canonicals.Url(known.ValueSet) == Canonicals.Url(valueSet)) return;
        node.Binding = new BindingSchema(strength, valueSet, null);
    }

    private static Slicing SlicingOf(Element slicing)
    {
        var discriminators = new List<Discriminator>();
        foreach (var discriminator in slicing.Children("discriminator"))
            discriminators.Add(Discriminator.Of(discriminator.TextOf("type") ?? "", discriminator.TextOf("path") ?? "$this"));
        return new Slicing(discriminators, slicing.TextOf("ordered") == "true", slicing.TextOf("rules") ?? "open");
    }

    private static void Constraint(Element constraint, ProfileNode node, string profile)
    {
        if (constraint.TextOf("key") is not { } key || constraint.TextOf("expression") is not { Length: > 0 } expression) return;
        if (IsOfBase(node, key) || node.Invariants.Any(known => known.Key == key && known.Text == expression)) return;
        var isBestPractice = false;
        foreach (var extension in constraint.Children("extension")) isBestPractice |= extension.TextOf("url") == BestPractice;
        node.Invariants.Add(new Invariant(
            key, constraint.TextOf("severity") == "error", isBestPractice, constraint.TextOf("human") ?? "", expression, constraint.TextOf("source") ?? profile));
    }

    /// <summary>Those are checked on every element of the type anyway.</summary>
    private static bool IsOfBase(ProfileNode node, string key) =>
        node.Schema?.Constraints.Any(known => known.Key == key) == true || node.Possible.Any(type => type.Constraints.Any(known => known.Key == key));

    private static List<string> Texts(Element parent, string name)
    {
        var texts = new List<string>();
        foreach (var child in parent.Children(name))
            if (child.Text is { } text) texts.Add(text);
        return texts;
    }
}
