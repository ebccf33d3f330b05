using System.Diagnostics;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Patch.Json;

namespace Myeloma.Fhir.Patch.FhirPath;

/// <summary>One operation done to one document. https://hl7.org/fhir/R4/fhirpatch.html#concept</summary>
internal sealed class PatchStep(ResourceDocument document, PatchOperation operation, TimeSpan maxTime)
{
    private const int MaxSteps = 1_000_000;

    private readonly JsonPart root = new(document.Bytes);

    /// <returns>The bytes of the changed resource; null when nothing was to be changed.</returns>
    public byte[]? Apply()
    {
        var changed = operation switch
        {
            PatchOperation.Add add => Add(add),
            PatchOperation.Insert insert => Insert(insert),
            PatchOperation.Delete => Delete(),
            PatchOperation.Replace replace => Replace(replace),
            PatchOperation.Move move => Move(move),
            _ => throw new UnreachableException(),
        };
        return changed ? root.ToArray() : null;
    }

    private bool Add(PatchOperation.Add add)
    {
        var parent = Single();
        var element = ElementOf(parent.Type, add.Name)
            ?? throw Inapplicable($"{parent.Type.Name} has no element '{PatchFault.Shortened(add.Name)}'.");
        var (property, content) = new PatchValue(operation).Read(add.Value, parent.Type, element);
        var container = JsonLocation.ContentOf(root, parent);
        var present = parent.Children(element.Name).ToList();
        if (present.Count > 0 && !element.IsArray)
            throw Inapplicable($"'{element.Name}' is there already and does not repeat; replace it.");
        var list = ElementList.Of(container, property);
        list.Items.Add(content);
        list.Store();
        return true;
    }

    private bool Insert(PatchOperation.Insert insert)
    {
        var (list, element) = List();
        if (insert.Index > list.Items.Count)
            throw Inapplicable(FormattableString.Invariant($"the list has {list.Items.Count} items; an index from 0 to {list.Items.Count} was expected, not {insert.Index}."));
        var (_, content) = new PatchValue(operation).Read(insert.Value, element.Property!);
        list.Items.Insert(insert.Index, content);
        list.Store();
        return true;
    }

    private bool Delete()
    {
        var found = Selected();
        if (found.Count == 0) return false;
        if (found.Count > 1) throw TooMany(found.Count);
        var element = NotRoot(found[0]);
        var list = JsonLocation.ListOf(root, element, out var index);
        list.Items.RemoveAt(index);
        list.Store();
        return true;
    }

    private bool Replace(PatchOperation.Replace replace)
    {
        var element = NotRoot(Single());
        var list = JsonLocation.ListOf(root, element, out var index);
        var place = ElementPlace.Of(element)!;
        var owner = JsonLocation.OwnerOf(element);
        var (property, content) = element.Property!.Element.IsChoice
            ? new PatchValue(operation).Read(replace.Value, owner, element.Property.Element)
            : new PatchValue(operation).Read(replace.Value, element.Property);
        if (property.JsonName == element.Property.JsonName)
        {
            list.Items[index] = content;
            list.Store();
            return true;
        }

        // Another type of a choice stands in another property.
        list.Items.RemoveAt(index);
        list.Store();
        var other = ElementList.Of(JsonLocation.Find(root, place.Container), property);
        other.Items.Add(content);
        other.Store();
        return true;
    }

    private bool Move(PatchOperation.Move move)
    {
        var (list, _) = List();
        var last = list.Items.Count - 1;
        if (move.Source > last || move.Destination > last)
            throw Inapplicable(FormattableString.Invariant(
                $"the list has {list.Items.Count} items; places from 0 to {last} were expected, not {move.Source} and {move.Destination}."));
        if (move.Source == move.Destination) return false;
        var item = list.Items[move.Source];
        list.Items.RemoveAt(move.Source);
        list.Items.Insert(move.Destination, item);
        list.Store();
        return true;
    }

    /// <summary>The whole list that the path selects.</summary>
    private (ElementList List, Element First) List()
    {
        var found = Selected();
        if (found.Count == 0) throw Inapplicable("the path selects nothing; the first item of a list is put there with 'add'.");
        var first = NotRoot(found[0]);
        if (!first.Property!.Element.IsArray) throw Inapplicable($"'{first.Name}' does not repeat; there is no list of it.");
        var place = ElementPlace.Of(first)!;
        var list = JsonLocation.ListOf(root, first, out _);
        var isWhole = found.Count == list.Items.Count && found.All(item =>
            ElementPlace.Of(item) is { } other && other.JsonName == place.JsonName && other.Container.SequenceEqual(place.Container));
        if (!isWhole)
            throw Inapplicable("the path has to select one list, whole: 'Patient.name', with neither index nor filter at its end.");
        return (list, first);
    }

    private Element Single()
    {
        var found = Selected();
        if (found.Count == 0) throw Inapplicable("the path selects nothing.");
        return found.Count == 1 ? found[0] : throw TooMany(found.Count);
    }

    private List<Element> Selected()
    {
        Collection items;
        try
        {
            items = FhirPathExpression.Parse(operation.Path).Evaluate(document.Root, new EvaluationContext
            {
                Limits = EvaluationLimits.Default with { MaxSteps = MaxSteps, MaxTime = maxTime },
            });
        }
        catch (FhirException fault)
        {
            throw new FhirException([.. fault.Issues.Select(issue => issue with
            {
                Diagnostics = $"{operation.Label}: {issue.Diagnostics}", Expression = operation.Expression, Line = 0, Column = 0,
            })]);
        }

        var elements = new List<Element>(items.Count);
        foreach (var item in items)
        {
            if (!item.IsElement || !ReferenceEquals(item.Element.Document, document))
                throw Inapplicable("the path gives something that is no element of this resource.");
            elements.Add(item.Element);
        }

        if (elements.Count == 0) RefuseUnknown();
        return elements;
    }

    /// <summary>A path that can select nothing of any such resource is a slip of the pen, for a deletion too, which would else seem done.</summary>
    private void RefuseUnknown()
    {
        var found = FhirPathExpression.Parse(operation.Path).Check(document.Root.Type).Issues.FirstOrDefault(each => each.Issue.Severity == IssueSeverity.Error);
        if (found is not null) throw Inapplicable($"the path selects nothing of any {document.ResourceType}: {found.Issue.Diagnostics}");
    }

    private Element NotRoot(Element element) =>
        element.Property is not null ? element : throw Inapplicable("the resource itself can't be replaced, moved or deleted by a patch.");

    /// <summary>By its name in FHIRPath, as the definition writes it (<c>value[x]</c>), or in JSON (<c>valueQuantity</c>).</summary>
    private static ElementSchema? ElementOf(TypeSchema type, string name) =>
        type.FindElement(name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name) ?? type.FindProperty(name)?.Element;

    private FhirException TooMany(int count) =>
        Inapplicable(FormattableString.Invariant($"the path selects {count} elements; it has to select one, for instance with an index."));

    private FhirException Inapplicable(string words) => PatchFault.Inapplicable(operation.Label, words, operation.Expression);
}
