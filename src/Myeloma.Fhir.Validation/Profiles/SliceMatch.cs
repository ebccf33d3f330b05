using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Which slice an item belongs to. https://hl7.org/fhir/R4/profiling.html#discriminator</summary>
internal sealed class SliceMatch
{
    private static readonly Discriminator[] ByUrl = [Discriminator.Of("value", "url")];
    private static readonly Discriminator[] ByType = [Discriminator.Of("type", "$this")];

    private readonly ValidationRun run;
    private readonly ResourceScope scope;
    private readonly ProfileNode element;
    private readonly IReadOnlyList<Discriminator> discriminators;
    private readonly SliceDefinitions definitions;

    public SliceMatch(ValidationRun run, ResourceScope scope, ProfileNode element)
    {
        this.run = run;
        this.scope = scope;
        this.element = element;
        definitions = new SliceDefinitions(run.Services.Profiles);

        // Extensions are told apart by url and choices by type also where nobody says so.
        discriminators = element.Slicing is { Discriminators: { Count: > 0 } stated } ? stated
            : element.Name is "extension" or "modifierExtension" ? ByUrl
            : element.Schema is { IsChoice: true } ? ByType
            : [];
    }

    /// <returns>The place of the first slice whose discriminators all match; that of the default slice when there is one; else -1.</returns>
    public int Find(Element item)
    {
        var byDefault = -1;
        for (var place = 0; place < element.Slices.Count; place++)
        {
            var slice = element.Slices[place];
            if (slice.SliceName is "@default") byDefault = place;
            else if (Matches(item, slice)) return place;
        }

        return byDefault;
    }

    /// <summary>All discriminators match; one that the slice says nothing of does not count, but one at least must.</summary>
    private bool Matches(Element item, ProfileNode slice)
    {
        var isDecided = false;
        foreach (var discriminator in discriminators)
        {
            switch (Matches(item, slice, discriminator))
            {
                case false: return false;
                case true: isDecided = true; break;
            }
        }

        return isDecided;
    }

    /// <returns>Null when the slice says nothing of it.</returns>
    private bool? Matches(Element item, ProfileNode slice, Discriminator discriminator)
    {
        if (discriminator.Expression is null) return Matches([item], slice, slice, discriminator);
        if (SliceDefinitions.ExtensionUrl(slice, discriminator) is { } url) return item.TextOf("url") == url;
        var definition = definitions.At(slice, discriminator.Steps);
        return definition is null ? null : Matches(ValuesAt(item, discriminator.Expression), definition, slice, discriminator);
    }

    private List<Element> ValuesAt(Element item, FhirPathExpression path)
    {
        var values = new List<Element>();
        try
        {
            foreach (var found in path.Evaluate(item, scope.Context))
                if (found.IsElement) values.Add(found.Element);
        }
        catch (FhirException)
        {
            // A path that can't be followed from this item finds nothing there.
        }

        return values;
    }

    private bool? Matches(List<Element> values, ProfileNode definition, ProfileNode slice, Discriminator discriminator) => discriminator.Kind switch
    {
        DiscriminatorKind.Exists => definition.Max == 0 ? values.Count == 0 : definition.Min == 0 || values.Count > 0,
        DiscriminatorKind.Type => values.Exists(value => IsOfType(value, definition, slice, discriminator)),
        DiscriminatorKind.Profile => values.Exists(value => HasProfile(value, definition, discriminator)),
        _ => SliceDefinitions.HasValue(definition) ? values.Exists(value => HasValue(value, definition)) : null,
    };

    private bool IsOfType(Element value, ProfileNode definition, ProfileNode slice, Discriminator discriminator)
    {
        if (discriminator.Steps is [.., "resolve()"])
            return definition.Types?.Any(type => type.TargetProfiles.Any(target => TypeOf(target) is { } name && value.Type.IsA(name))) == true;
        if (definition.Types is { } types) return types.Any(type => value.Type.IsA(type.Code));

        // The types of a choice may be named by slices of their own: content[x] by contentString.
        if (definition.Slices.Exists(each => each.Min > 0 && each.Types is not null))
            return definition.Slices.Exists(each => each.Min > 0 && each.Types?.Any(type => value.Type.IsA(type.Code)) == true);
        return slice.SliceName is { } name && string.Equals(name, slice.Name + value.Type.Name, StringComparison.OrdinalIgnoreCase);
    }

    private string? TypeOf(string profile) => run.Services.Profiles.FindBase(profile) ?? run.Services.Profiles.Find(profile)?.Type;

    private bool HasProfile(Element value, ProfileNode definition, Discriminator discriminator)
    {
        var isTarget = discriminator.Steps is [.., "resolve()"];
        var profiles = (definition.Types ?? []).SelectMany(type => isTarget ? type.TargetProfiles : type.Profiles);
        return profiles.Any(profile => run.Conforms(value, scope, profile) == true);
    }

    /// <summary>Whether a value is as the slice fixes it: by value, pattern, required binding, here or below.</summary>
    private bool HasValue(Element value, ProfileNode definition)
    {
        if (definition.Fixed is { } fixedValue && !ValueComparison.Equal(value, fixedValue)) return false;
        if (definition.Pattern is { } pattern && !ValueComparison.Matches(value, pattern)) return false;
        if (definition.Binding is { Strength: BindingStrength.Required } binding && !IsMember(value, binding)) return false;
        var sliced = definition.Slices.FindAll(slice => slice.Min > 0 && SliceDefinitions.HasValue(slice));
        if (sliced.Count > 0 && !sliced.Exists(slice => HasValue(value, slice))) return false;
        foreach (var child in definition.Children)
        {
            if (!SliceDefinitions.HasValue(child)) continue;
            if (!Any(value, child)) return false;
        }

        return true;
    }

    private bool Any(Element parent, ProfileNode child)
    {
        var own = SliceDefinitions.HasOwnValue(child);
        foreach (var slice in child.Slices)
        {
            if (slice.Min > 0 && SliceDefinitions.HasValue(slice) && !AnyItem(parent, child.Name, slice)) return false;
        }

        return !own || AnyItem(parent, child.Name, child);
    }

    private bool AnyItem(Element parent, string name, ProfileNode definition)
    {
        foreach (var item in parent.Children(name))
            if (HasValue(item, definition)) return true;
        return false;
    }

    private bool IsMember(Element value, BindingSchema binding)
    {
        if (value.IsPrimitive) return value.Text is { } code && run.Services.Codes(binding.ValueSet, null, code) == CodeAnswer.Member;
        if (value.Type.Name != "CodeableConcept") return value.TextOf("code") is { } own && run.Services.Codes(binding.ValueSet, value.TextOf("system"), own) == CodeAnswer.Member;
        foreach (var coding in value.Children("coding"))
            if (IsMember(coding, binding)) return true;
        return false;
    }
}
