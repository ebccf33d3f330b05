using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Patch.Difference;

/// <summary>Compares two elements of one type, child by child in the order of the specification.</summary>
internal sealed class ElementDifference(bool withStamps)
{
    private readonly ElementIdentity identity = new();

    /// <param name="path">Where the element stands, in FHIRPath.</param>
    public List<Change> Between(string path, Element from, Element to)
    {
        var changes = new List<Change>();
        var before = ByName(from);
        var after = ByName(to);
        foreach (var element in from.Type.Elements)
        {
            if (IsStamp(from, element.Name)) continue;
            before.TryGetValue(element.Name, out var old);
            after.TryGetValue(element.Name, out var made);
            if (old is null && made is null) continue;
            if (element.IsArray) AddList(path, element.Name, old ?? [], made ?? [], changes);
            else AddSingle(path, element.Name, old is { Count: > 0 } ? old[0] : null, made is { Count: > 0 } ? made[0] : null, changes);
        }

        return changes;
    }

    private void AddSingle(string path, string name, Element? from, Element? to, List<Change> changes)
    {
        var place = $"{path}.{name}";
        if (to is not { } made) changes.AddRange(from is { } gone ? Gone(place, gone) : []);
        else if (from is not { } old) changes.AddRange(New(path, name, made));
        else AddChanged(place, old, made, changes);
    }

    private void AddChanged(string place, Element from, Element to, List<Change> changes)
    {
        if (identity.Same(from, to)) return;
        var whole = new Change.Replace(place, to);
        if (from.IsPrimitive || from.Type != to.Type)
        {
            changes.Add(whole);
            return;
        }

        // The stamps of a meta are left alone, so it is never replaced whole.
        var parts = Between(place, from, to);
        var isMeta = !withStamps && IsMeta(from);
        if (isMeta || parts.Sum(change => change.Cost) <= whole.Cost) changes.AddRange(parts);
        else changes.Add(whole);
    }

    /// <summary>Operations for a list: what is gone, what changed its place, what is new, and at last what changed in itself.</summary>
    private void AddList(string path, string name, List<Element> from, List<Element> to, List<Change> changes)
    {
        var list = $"{path}.{name}";
        var alignment = ListAlignment.Of(from, to, identity);
        var current = new List<int>(Enumerable.Range(0, from.Count));
        for (var index = from.Count - 1; index >= 0; index--)
        {
            if (alignment.TargetOf(index) >= 0) continue;
            changes.Add(new Change.Delete(At(list, index)));
            current.RemoveAt(index);
        }

        // Each item that moves goes behind the one it follows in the end; those that stay are in order already.
        var previous = -1;
        for (var index = 0; index < to.Count; index++)
        {
            var source = alignment.SourceOf(index);
            if (source < 0) continue;
            if (alignment.IsMoved(source))
            {
                var at = current.IndexOf(source);
                current.RemoveAt(at);
                var destination = previous < 0 ? 0 : current.IndexOf(previous) + 1;
                current.Insert(destination, source);
                if (at != destination) changes.Add(new Change.Move(list, at, destination));
            }

            previous = source;
        }

        for (var index = 0; index < to.Count; index++)
        {
            if (alignment.SourceOf(index) >= 0) continue;
            changes.Add(index == current.Count ? new Change.Add(path, name, to[index]) : new Change.Insert(list, index, to[index]));
            current.Insert(index, -1);
        }

        for (var index = 0; index < to.Count; index++)
            if (alignment.SourceOf(index) is >= 0 and var source) AddChanged(At(list, index), from[source], to[index], changes);
    }

    private IEnumerable<Change> Gone(string place, Element from)
    {
        if (withStamps || !IsMeta(from)) return [new Change.Delete(place)];
        return from.Children().ToList().GroupBy(child => child.Name).Where(group => !IsStamp(from, group.Key))
            .SelectMany(group => group.Reverse().Select((child, back) => new Change.Delete(
                child.Property!.Element.IsArray ? At($"{place}.{group.Key}", group.Count() - 1 - back) : $"{place}.{group.Key}")));
    }

    private Change[] New(string path, string name, Element to) =>
        IsMeta(to) && to.Children().ToList().TrueForAll(child => IsStamp(to, child.Name)) ? [] : [new Change.Add(path, name, to)];

    private bool IsStamp(Element parent, string name) => !withStamps && name is "versionId" or "lastUpdated" && IsMeta(parent);

    /// <summary>The meta of the resource itself; that of a contained one is given by nobody.</summary>
    private static bool IsMeta(Element element) =>
        element is { Property.JsonName: "meta", Type.Name: "Meta" } && ElementPlace.Of(element)!.Container.Count == 0;

    private static Dictionary<string, List<Element>> ByName(Element parent)
    {
        var children = new Dictionary<string, List<Element>>(StringComparer.Ordinal);
        foreach (var child in parent.Children())
        {
            if (!children.TryGetValue(child.Name, out var list)) children[child.Name] = list = [];
            list.Add(child);
        }

        return children;
    }

    private static string At(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");
}
