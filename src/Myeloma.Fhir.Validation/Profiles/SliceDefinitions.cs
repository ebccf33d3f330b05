namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Where in a slice's rules a discriminator's path leads.</summary>
internal sealed class SliceDefinitions(ProfileCatalog catalog)
{
    /// <returns>Null when the slice says nothing there.</returns>
    public ProfileNode? At(ProfileNode slice, IReadOnlyList<string> steps)
    {
        var node = slice;
        for (var at = 0; at < steps.Count; at++)
        {
            // A last resolve() asks for the target profiles, which stand on the reference itself.
            var next = steps[at] == "resolve()" && at == steps.Count - 1 ? node : Step(node, steps[at]);
            if (next is null) return null;
            node = next;
        }

        return node;
    }

    private ProfileNode? Step(ProfileNode node, string step)
    {
        if (step == "resolve()") return Profile(node, isTarget: true);
        if (step.StartsWith("ofType(", StringComparison.Ordinal))
        {
            var type = step["ofType(".Length..^1];
            return node.Slices.Find(slice => slice.Types?.Any(each => each.Code == type) == true) ?? node;
        }

        if (step.StartsWith("extension(", StringComparison.Ordinal)) return Extension(node, step["extension(".Length..^1].Trim('\'', '"'));
        var name = step.Split('[')[0];
        return Below(node, name) ?? (Profile(node, isTarget: false) is { } profile ? profile.Child(name) : null);
    }

    /// <summary>The child, or where it says nothing of values that of a slice which must be there: code.coding.code where coding is sliced.</summary>
    private static ProfileNode? Below(ProfileNode node, string name)
    {
        var child = node.Child(name);
        if (child is not null && HasValue(child)) return child;
        return node.Slices.Find(slice => slice.Min > 0 && slice.Child(name) is { } inner && HasValue(inner))?.Child(name) ?? child;
    }

    /// <summary>The rules of the one profile that the element's type, or what it refers to, has.</summary>
    private ProfileNode? Profile(ProfileNode node, bool isTarget)
    {
        if (node.Types is not [var type]) return null;
        return (isTarget ? type.TargetProfiles : type.Profiles) is [var canonical] && catalog.Find(canonical) is { Fault: null } profile ? profile.Root : null;
    }

    private static ProfileNode? Extension(ProfileNode node, string url) =>
        node.Child("extension")?.Slices.Find(slice => UrlOf(slice) == url);

    /// <summary>Of a slice of extensions told apart by url: the url.</summary>
    public static string? ExtensionUrl(ProfileNode slice, Discriminator discriminator) =>
        discriminator.Path == "url" && slice.Name is "extension" or "modifierExtension" ? UrlOf(slice) : null;

    /// <summary>The fixed url, or the canonical of the extension's definition.</summary>
    private static string? UrlOf(ProfileNode slice) =>
        slice.Child("url")?.Fixed?.Text ?? (slice.Types is [{ Profiles: [var canonical] }] ? Canonicals.Url(canonical) : null);

    /// <summary>Whether values are asked for here or below.</summary>
    public static bool HasValue(ProfileNode node) =>
        HasOwnValue(node) || node.Slices.Exists(slice => slice.Min > 0 && HasValue(slice));

    /// <summary>As <see cref="HasValue"/>, leaving slices out.</summary>
    public static bool HasOwnValue(ProfileNode node) =>
        node.Fixed is not null || node.Pattern is not null || node.Binding is { Strength: Model.Schema.BindingStrength.Required } || node.Children.Exists(HasValue);
}
