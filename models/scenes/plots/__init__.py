"""All scenes: what happens in each, told without a renderer."""

from models.scenes.plots import camera_faults, fire_lane, garbage, nothing_wrong, rooftop
from models.scenes.plots.plot import Plot

PLOTS: dict[str, Plot] = {
    plot.name: plot
    for plot in (
        garbage.bag_by_day(),
        fire_lane.car_stays(),
        nothing_wrong.nothing_wrong(),
        garbage.bag_at_night(),
        fire_lane.bikes_leave_little(),
        fire_lane.bikes_leave_enough(),
        rooftop.shed_grows(),
        garbage.two_bags(),
        garbage.bags_taken_back(),
        garbage.bag_behind_bike(),
        fire_lane.delivery(),
        garbage.bag_in_rain(),
        garbage.growing_pile(),
        camera_faults.knocked_aside(),
        camera_faults.covered_camera(),
    )
}
"""In the order of their worth: a run that is cut off has the most useful clips."""
